package io.outrider.position;

import java.util.Optional;

/** Why a tracker gave up a run of positions (docs/protocol.md, section 9). */
public enum DropReason {
    JOURNAL_FULL(1),
    /** Set aside after the backend had refused it twice. */
    REFUSED_TWICE(2),
    /** Damaged in the journal. */
    DAMAGED(3);

    private final int code;

    DropReason(int code) {
        this.code = code;
    }

    /** The code on the wire. */
    public int code() {
        return code;
    }

    static Optional<DropReason> ofCode(long code) {
        for (DropReason reason : values()) {
            if (reason.code == code) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
