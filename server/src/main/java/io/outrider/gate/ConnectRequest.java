package io.outrider.gate;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * A CONNECT, as far as the gate looks at it. User name and password are left out on purpose: a
 * certificate is the only proof that counts here, so nobody reads what else was sent.
 *
 * @param certificate the client's own, whose chain to our authority TLS has already verified
 * @param keepAliveSeconds 0 … 65,535; 0 asks for none
 * @param enhancedAuthentication whether the client names an authentication method of its own
 */
public record ConnectRequest(
        MqttVersion version,
        String clientId,
        Optional<X509Certificate> certificate,
        int keepAliveSeconds,
        boolean will,
        boolean enhancedAuthentication) {}
