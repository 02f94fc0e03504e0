package io.outrider.seal;

import java.util.Optional;

/**
 * How a tracker and the backend agree on an epoch secret (docs/protocol.md, section 5). The codes 3
 * (P-256 with ML-KEM-768), 4 (RSA-OAEP-256) and 5 (pre-shared key) are reserved.
 */
public enum Suite {
    /** HPKE base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, export only. */
    P256_HPKE(1, 0x0010, 65),
    /** HPKE base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, export only. */
    X25519_HPKE(2, 0x0020, 32);

    private final int code;
    private final int kemId;
    private final int publicKeyBytes;

    Suite(int code, int kemId, int publicKeyBytes) {
        this.code = code;
        this.kemId = kemId;
        this.publicKeyBytes = publicKeyBytes;
    }

    /** The code on the wire, 1 to 255. */
    public int code() {
        return code;
    }

    /** RFC 9180, section 7.1. */
    int kemId() {
        return kemId;
    }

    /** Npk and Nenc of RFC 9180, section 7.1. */
    int publicKeyBytes() {
        return publicKeyBytes;
    }

    public static Optional<Suite> ofCode(long code) {
        for (Suite suite : values()) {
            if (suite.code == code) {
                return Optional.of(suite);
            }
        }
        return Optional.empty();
    }
}
