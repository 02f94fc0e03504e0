package io.outrider.tracker;

import java.util.Locale;

/** What a PUBACK says (docs/protocol.md, section 12): its code and its reason's first word. */
enum Answer {
    STORED,
    SEAL_AGAIN,
    ANNOUNCE,
    FORGED,
    MALFORMED,
    CLONE,
    /** Anything else, of any broker: nothing is deleted, and it is tried again later. */
    LATER;

    private static final int SUCCESS = 0x00;
    private static final int ERROR_MIN = 0x80;

    static Answer of(int reasonCode, String reason) {
        if (reasonCode == SUCCESS) {
            return STORED;
        }
        if (reasonCode < ERROR_MIN) { // 0x10: nobody subscribes; a broker without a backend
            return LATER;
        }
        return switch (reason.strip().split("[ :]", 2)[0].toLowerCase(Locale.ROOT)) {
            case "seal-again" -> SEAL_AGAIN;
            case "announce" -> ANNOUNCE;
            case "forged" -> FORGED;
            case "malformed" -> MALFORMED;
            case "clone" -> CLONE;
            default -> LATER;
        };
    }
}
