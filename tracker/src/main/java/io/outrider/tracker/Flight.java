package io.outrider.tracker;

import io.outrider.position.Run;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run on its way to the backend, from its first sealing to its acknowledgement. Owned by its
 * session's thread.
 */
final class Flight {
    Run run;

    /** What was sent, to be sent again as it is; null where it must be sealed (anew). */
    byte @Nullable [] sealed;

    long epochId;
    long counter;

    /** The ticket of the publication whose answer is awaited; 0 where none is. */
    long ticket;

    Instant sentAt = Instant.EPOCH;
    Instant notBefore = Instant.EPOCH;
    boolean sentBefore;

    /** How often its counter was below the backend's window. */
    int sealedAgain;

    /** How often it was called forged or malformed. */
    int refusals;

    Flight(Run run) {
        this.run = run;
    }

    boolean isUnderway() {
        return ticket != 0;
    }

    long end() {
        return run.firstSequence() + run.count();
    }
}
