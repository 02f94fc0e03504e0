package io.outrider.credential;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Optional;

/**
 * The signatures that a token may have (RFC 7518 section 3.1, RFC 8037). There is no {@code none},
 * and nothing with a shared secret.
 */
public enum TokenAlgorithm {
    /** ECDSA on P-256 with SHA-256. */
    ES256("ES256", "EC"),
    /** Ed25519. */
    EDDSA("EdDSA", "OKP"),
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RS256("RS256", "RSA"),
    /** RSASSA-PSS with SHA-256. */
    PS256("PS256", "RSA");

    private final String headerName;
    private final String keyType;

    TokenAlgorithm(String headerName, String keyType) {
        this.headerName = headerName;
        this.keyType = keyType;
    }

    /** As in {@code alg}: spelled exactly so. */
    public String headerName() {
        return headerName;
    }

    /** {@code kty} of the only keys that it works with. */
    String keyType() {
        return keyType;
    }

    JWSAlgorithm jws() {
        return JWSAlgorithm.parse(headerName);
    }

    /** Empty for any other spelling. */
    public static Optional<TokenAlgorithm> parse(String headerName) {
        for (TokenAlgorithm algorithm : values()) {
            if (algorithm.headerName.equals(headerName)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}
