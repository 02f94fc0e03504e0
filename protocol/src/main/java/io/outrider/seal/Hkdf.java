package io.outrider.seal;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869). */
final class Hkdf {
    static final int HASH_BYTES = 32;

    private static final String ALGORITHM = "HKDF-SHA256";

    private Hkdf() {}

    /** Section 2.2; an empty salt is the default of zeros. */
    static Secret extract(byte[] salt, byte[] inputKey) {
        HKDFParameterSpec.Builder parameters = HKDFParameterSpec.ofExtract().addIKM(inputKey);
        if (salt.length > 0) {
            parameters.addSalt(salt);
        }
        return derive(parameters.extractOnly());
    }

    /** Section 2.3. */
    static Secret expand(Secret pseudoRandomKey, byte[] info, int length) {
        return pseudoRandomKey.exposeTo(key ->
                derive(
                        HKDFParameterSpec.expandOnly(
                                new SecretKeySpec(key, "Generic"), info, length)));
    }

    private static Secret derive(HKDFParameterSpec parameters) {
        try {
            return Secret.owning(KDF.getInstance(ALGORITHM).deriveData(parameters));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + ALGORITHM, e);
        }
    }
}
