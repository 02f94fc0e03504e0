package io.outrider.fleet;

/** How somebody proves who they are. */
public enum Method {
    /** X.509 over TLS. */
    CERTIFICATE,
    /** A password that we made, in CONNECT or by SCRAM-SHA-256 (RFC 7677). */
    PASSWORD,
    /** A JSON Web Token (RFC 7519), in CONNECT or by OAUTHBEARER (RFC 7628). */
    TOKEN
}
