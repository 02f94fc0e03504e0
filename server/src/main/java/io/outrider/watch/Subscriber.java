package io.outrider.watch;

import java.time.Instant;

/** Hears the gate's events, in order, on a thread of its own; may take its time. */
public interface Subscriber {

    void take(Seen seen) throws InterruptedException;

    /**
     * So many events were dropped since the last call, because this subscriber was too slow. Comes
     * before the next event, or when there is none.
     */
    default void missed(long count, Instant now) throws InterruptedException {}

    /** Nothing came for a while (less than a second). */
    default void idle(Instant now) throws InterruptedException {}
}
