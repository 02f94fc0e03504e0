package io.outrider.seal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;

/** A public key to which trackers encapsulate their epochs' secrets. Validated, immutable. */
public final class SealingPublicKey {
    private final Suite suite;
    private final byte[] bytes;
    private final long id;

    private SealingPublicKey(Suite suite, byte[] bytes) {
        this.suite = suite;
        this.bytes = bytes;
        this.id = idOf(suite, bytes);
    }

    /**
     * A key from outside, validated.
     *
     * @param bytes P-256: an uncompressed point of 65 bytes; X25519: 32 bytes
     * @throws Refusal where the bytes are no key of this suite
     */
    public static SealingPublicKey of(Suite suite, byte[] bytes) throws Refusal {
        PublicKey _ = CurveKeys.publicKey(suite, bytes);
        return new SealingPublicKey(suite, bytes.clone());
    }

    static SealingPublicKey of(Suite suite, PublicKey key) {
        return new SealingPublicKey(suite, CurveKeys.bytes(suite, key));
    }

    public Suite suite() {
        return suite;
    }

    /** The first eight bytes of SHA-256 over the suite's code (one byte) and the key. */
    public long id() {
        return id;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    private static long idOf(Suite suite, byte[] bytes) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) suite.code());
            return ByteBuffer.wrap(sha256.digest(bytes)).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealingPublicKey that
                && suite == that.suite
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return suite + " " + String.format("%016x", id);
    }
}
