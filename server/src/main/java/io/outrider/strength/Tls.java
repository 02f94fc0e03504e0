package io.outrider.strength;

import java.util.List;

/** What every listener takes of TLS, by the names of the JDK; best first. */
public final class Tls {
    public static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    /** Elliptic curve Diffie-Hellman and authenticated encryption, and nothing else. */
    public static final List<String> SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /**
     * On which curves keys are agreed: without X448, which nobody here has alone, and without
     * finite fields, whose cost a stranger would choose.
     */
    public static final List<String> GROUPS =
            List.of("x25519", "secp256r1", "secp384r1", "secp521r1");

    private Tls() {}
}
