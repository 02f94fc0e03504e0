package io.outrider.fleet;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 as a value, small enough to have one for each certificate in memory. */
record Sha256(long a, long b, long c, long d) {
    private static final int BYTES = 32;

    /** Takes the 32 bytes of a digest that was made elsewhere. */
    static Sha256 ofDigest(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("not a SHA-256: " + digest.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new Sha256(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    static Sha256 over(byte[] content) {
        return ofDigest(digest(content));
    }

    static String hex(byte[] content) {
        return HexFormat.of().formatHex(digest(content));
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
