package io.outrider.broker;

import java.util.Arrays;

/** The bytes of one MQTT message, immutable by agreement: nobody writes to {@link #bytes}. */
public final class Payload {
    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: the caller must not write to it any more. */
    public static Payload owning(byte[] bytes) {
        return new Payload(bytes);
    }

    /** The array itself, not a copy of it. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload payload && Arrays.equals(bytes, payload.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Payload(" + bytes.length + " bytes)";
    }
}
