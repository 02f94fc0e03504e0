package io.outrider.tracker;

import java.util.concurrent.atomic.AtomicLong;

/** What a tracker did since it was opened. Written by its session, read by any thread. */
public final class TrackerCounts {
    final AtomicLong sentPositions = new AtomicLong();
    final AtomicLong acknowledgedPositions = new AtomicLong();
    final AtomicLong sentReports = new AtomicLong();
    final AtomicLong acknowledgedReports = new AtomicLong();
    final AtomicLong resentReports = new AtomicLong();
    final AtomicLong sealedBytes = new AtomicLong();
    final AtomicLong acknowledgedBytes = new AtomicLong();
    final AtomicLong epochs = new AtomicLong();
    final AtomicLong connections = new AtomicLong();
    final AtomicLong refusedForged = new AtomicLong();
    final AtomicLong refusedMalformed = new AtomicLong();
    final AtomicLong refusedOtherwise = new AtomicLong();
    final AtomicLong sealedAgain = new AtomicLong();
    final AtomicLong foreignRequests = new AtomicLong();
    private final JournalCounts journal;

    TrackerCounts(JournalCounts journal) {
        this.journal = journal;
    }

    /** Positions that are, or were, durable in the journal. */
    public long journaled() {
        return journal.journaled.get();
    }

    /** Positions in memory because the disk takes none. */
    public long waiting() {
        return journal.waiting.get();
    }

    /** Positions given up: no room, damaged, refused twice. */
    public long droppedPositions() {
        return journal.full.get() + journal.damaged.get() + journal.setAside.get();
    }

    /** Positions that were published at least once; sending again does not count. */
    public long sent() {
        return sentPositions.get();
    }

    /** Positions of which the backend said that they are stored. */
    public long acknowledged() {
        return acknowledgedPositions.get();
    }

    public long sentReports() {
        return sentReports.get();
    }

    public long acknowledgedReports() {
        return acknowledgedReports.get();
    }

    /** Reports published again, with the same bytes or sealed anew. */
    public long resentReports() {
        return resentReports.get();
    }

    /** Bytes of the sealed reports as they were published first. */
    public long sealedBytes() {
        return sealedBytes.get();
    }

    /** Bytes of the sealed reports that were acknowledged. */
    public long acknowledgedBytes() {
        return acknowledgedBytes.get();
    }

    public long epochs() {
        return epochs.get();
    }

    public long connections() {
        return connections.get();
    }

    /** Answers that a report or announcement is forged, malformed, or refused in another way. */
    public long refusals() {
        return refusedForged.get() + refusedMalformed.get() + refusedOtherwise.get();
    }
}
