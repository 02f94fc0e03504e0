package io.outrider.tracker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What happened to a journal since it was opened. Written under its monitor, read by any thread.
 */
final class JournalCounts {
    final AtomicLong journaled = new AtomicLong();

    /** Positions in memory, not yet durable. */
    final AtomicLong waiting = new AtomicLong();

    final AtomicLong writeFailures = new AtomicLong();
    final AtomicLong tornBytes = new AtomicLong();

    /** Positions given up: found damaged, no room for them, refused twice. */
    final AtomicLong damaged = new AtomicLong();

    final AtomicLong full = new AtomicLong();
    final AtomicLong setAside = new AtomicLong();
}
