package io.outrider.https;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * How every HTTPS listener speaks TLS: 1.3, or 1.2 with forward secrecy and authenticated
 * encryption only; keys are agreed on four curves and never in a finite field, whose cost a
 * stranger would choose. The caller gives it a key store.
 */
public final class HttpsContext extends SslContextFactory.Server {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final String[] CIPHER_SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    };

    private static final String[] GROUPS = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

    public HttpsContext() {
        setIncludeProtocols(PROTOCOLS);
        setExcludeProtocols();
        setIncludeCipherSuites(CIPHER_SUITES);
        setExcludeCipherSuites();
        setUseCipherSuitesOrder(true);
        setRenegotiationAllowed(false);
    }

    /**
     * Who offers protocols but not HTTP meant another server, and ends in the handshake; who offers
     * none may come (RFC 7301; ALPACA).
     */
    @Override
    public void customize(SSLEngine engine) {
        super.customize(engine);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        parameters.setNamedGroups(GROUPS);
        engine.setSSLParameters(parameters);
    }
}
