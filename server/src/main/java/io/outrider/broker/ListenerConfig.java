package io.outrider.broker;

import java.util.Set;

/**
 * One place where the broker listens. All of them check the same things; they differ in what a peer
 * may show and how the bytes travel.
 *
 * @param name how events and metrics call it
 * @param bindAddress an IP address or host name of this machine
 * @param port 1 … 65,535, or 0 for any that is free
 * @param tls the key that it shows and the authorities that it trusts
 * @param origins the web origins whose pages may use a WebSocket, such as {@code
 *     https://tools.example:8443}; empty means that none may, and a client that is no browser sends
 *     no origin
 */
public record ListenerConfig(
        String name, Kind kind, String bindAddress, int port, TlsStores tls, Set<String> origins) {

    /** What a listener takes. */
    public enum Kind {
        /** MQTT over TLS 1.3 or 1.2; a certificate is the only proof. */
        CERTIFICATES,
        /** The same, but a password or a token may be the proof; a certificate may come with it. */
        CREDENTIALS,
        /** TLS 1.2 with an RSA key, for modems that know nothing newer; certificates only. */
        LEGACY,
        /** MQTT over WebSocket over TLS, for browser tools; proofs as with CREDENTIALS. */
        WEBSOCKET
    }

    public ListenerConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not in 0 … 65535");
        }
        if (bindAddress.isBlank()) {
            throw new IllegalArgumentException("the bind address is empty");
        }
        origins = Set.copyOf(origins);
    }

    /** Whether a peer without a certificate gets as far as its CONNECT. */
    boolean takesCredentials() {
        return kind == Kind.CREDENTIALS || kind == Kind.WEBSOCKET;
    }
}
