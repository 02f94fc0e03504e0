package io.outrider.store;

import java.time.Instant;

/**
 * Whether the store takes what comes.
 *
 * @param why in words for an operator; empty while the state is {@code WELL}
 * @param since when the state began
 * @param waiting positions and writes that wait for a commit
 */
public record Health(State state, String why, Instant since, int waiting) {

    /** Anything but {@code WELL} is an alarm. */
    public enum State {
        WELL,
        /** A commit takes long, or more waits than may wait. */
        SLOW,
        /** The last commit failed: nothing is acknowledged until one succeeds. */
        FAILING
    }
}
