package io.outrider.credential;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A random secret of the installation, from which the salts of names that do not exist are made.
 * Kept for as long as the stored passwords are: were it another after a restart, those salts would
 * change, and the real ones not. Immutable.
 */
public final class DecoyKey {
    public static final int BYTES = 32;

    private final byte[] bytes;

    private DecoyKey(byte[] bytes) {
        this.bytes = bytes;
    }

    public static DecoyKey generate(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new DecoyKey(bytes);
    }

    /**
     * The one that was kept.
     *
     * @throws IllegalArgumentException where there are not {@link #BYTES}
     */
    public static DecoyKey copyOf(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("not " + BYTES + " bytes: " + bytes.length);
        }
        return new DecoyKey(bytes.clone());
    }

    /** For the place where it is kept, and nothing else. The caller wipes it. */
    public byte[] exposeCopy() {
        return bytes.clone();
    }

    /** As stable as a real one, and of the same length. */
    ScramVerifier verifierOf(String name) {
        return ScramVerifier.decoy(
                Arrays.copyOf(ScramMath.hmac(bytes, "salt " + name), ScramVerifier.SALT_BYTES),
                ScramMath.hmac(bytes, "stored " + name),
                ScramMath.hmac(bytes, "server " + name));
    }

    @Override
    public String toString() {
        return "DecoyKey";
    }
}
