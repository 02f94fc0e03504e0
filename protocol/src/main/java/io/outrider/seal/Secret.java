package io.outrider.seal;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Secret bytes: not printed, not compared by equals, wiped on close. Safe for use by many threads
 * until closed.
 */
public final class Secret implements AutoCloseable {
    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Secret copyOf(byte[] source) {
        return new Secret(source.clone());
    }

    /** Takes the array over: the caller must not keep it. */
    public static Secret owning(byte[] bytes) {
        return new Secret(bytes);
    }

    /** The only way to the bytes. Rare on purpose: reviewers search for this word. */
    public <T> T exposeTo(Function<byte[], T> use) {
        return use.apply(bytes);
    }

    /** As slow when wrong as when right. */
    public boolean matches(Secret other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "Secret(" + bytes.length + " bytes)";
    }
}
