package io.outrider.bench;

/** How an attempt to connect ended. */
sealed interface Arrival {
    /** CONNACK 0x00. */
    record In(Link link) implements Arrival {}

    /** CONNACK with another reason code. */
    record Refused(int reasonCode) implements Arrival {}

    /** The connection or the handshake ended without a CONNACK. */
    record Closed(String why) implements Arrival {}

    /** One word or two, to count by. */
    default String label() {
        return switch (this) {
            case In _ -> "let in";
            case Refused(int code) -> "CONNACK 0x%02X".formatted(code);
            case Closed(String why) -> why;
        };
    }
}
