package io.outrider.credential;

import java.security.PublicKey;
import java.util.Optional;

/**
 * One public key of an issuer, checked when it was loaded.
 *
 * @param keyType {@code kty}
 * @param algorithm {@code alg}, where the key is for one algorithm alone
 */
record TokenKey(Optional<String> id, String keyType, PublicKey key, Optional<String> algorithm) {
    boolean fits(TokenAlgorithm wanted) {
        return keyType.equals(wanted.keyType())
                && algorithm.map(wanted.headerName()::equals).orElse(true);
    }
}
