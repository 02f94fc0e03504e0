package io.outrider.tracker;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tracker's durable queue. Each position gets the next sequence number, is on disk when {@link
 * #flush} says so, and stays there until it is acknowledged. Only what is on disk is given out, so
 * that after a crash no number that anybody saw can be given again. What cannot be kept is not
 * forgotten: it becomes a {@link Run.Dropped}, which is given out in its place.
 *
 * <p>Safe for use by many threads: everything is guarded by the journal's own monitor.
 */
final class Journal implements AutoCloseable {
    /**
     * What a journal may use.
     *
     * @param bytesMax on disk, all segments together; beyond it the oldest segment is given up
     * @param segmentBytesMax on disk in one segment
     * @param waitingMax positions in memory while the disk takes none; beyond it the oldest of
     *     these is given up
     */
    record Limits(long bytesMax, int segmentBytesMax, int waitingMax) {
        static final Limits DEFAULT = new Limits(64L << 20, 4 << 20, 65_536);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int GROUP_MAX = 512;
    private static final Duration MARK_INTERVAL = Duration.ofSeconds(10);

    private final Disk disk;
    private final Limits limits;
    private final InstantSource clock;
    private final JournalCounts counts = new JournalCounts();
    private final JournalSegments segments;
    private final long journalId;
    private final Fates fates;

    /** Not yet durable, in the order of their numbers; what was given up comes before them. */
    private final Deque<Position> waiting = new ArrayDeque<>();

    private long waitingDropped;

    /** The number of the first that is not durable. */
    private long durableEnd;

    private boolean failing;
    private boolean markBehind;
    private Instant markWritten = Instant.EPOCH;

    private Journal(
            Disk disk,
            Limits limits,
            InstantSource clock,
            JournalSegments segments,
            long journalId,
            Fates fates) {
        this.disk = disk;
        this.limits = limits;
        this.clock = clock;
        this.segments = segments;
        this.journalId = journalId;
        this.fates = fates;
    }

    /**
     * Opens the journal that is there or makes one.
     *
     * @param random draws the id of a new journal
     */
    static Journal open(Disk disk, Limits limits, InstantSource clock, RandomGenerator random)
            throws IOException {
        JournalMark mark = JournalMark.read(disk);
        JournalSegments segments = JournalSegments.open(disk);
        boolean complete = false;
        try {
            Long id = segments.journalId();
            if (mark != null && id != null && id != mark.journalId()) {
                throw new IOException("the mark and the segments are of two journals");
            }
            long journalId = mark != null ? mark.journalId() : id != null ? id : random.nextLong();
            Fates fates = new Fates(mark != null ? mark.lowWater() : segments.firstBehind(-1, 0));
            if (mark != null) {
                mark.spans().forEach(s -> fates.set(s.first(), s.end(), s.fate()));
            }
            Journal journal = new Journal(disk, limits, clock, segments, journalId, fates);
            journal.recover(mark == null);
            complete = true;
            return journal;
        } finally {
            if (!complete) {
                segments.close();
            }
        }
    }

    private void recover(boolean markMissing) throws IOException {
        segments.scan(
                new JournalSegment.Damage() {
                    @Override
                    public void lost(long first, long end) {
                        Journal.this.lost(first, end);
                    }

                    @Override
                    public void torn(long bytes) {
                        counts.tornBytes.addAndGet(bytes);
                        LOG.info("Journal: cut {} bytes of an unfinished write", bytes);
                    }
                });
        long end = fates.lowWater();
        for (JournalSegment segment : segments.all()) {
            lost(end, /* end= */ segment.first);
            end = Math.max(end, segment.next());
        }
        durableEnd = Math.max(end, fates.end());
        if (markMissing || markBehind) {
            writeMark(); // what is damaged keeps its numbers, even when its bytes are cut off
        }
        tidy();
    }

    /** Counts and gives up what is in no segment, unless its fate is known. */
    private void lost(long first, long end) {
        for (long at = Math.max(first, fates.lowWater()); at < end; ) {
            Fates.Span known = fates.at(at);
            long until = known != null ? known.end() : Math.min(end, fates.nextFirst(at));
            if (known == null) {
                counts.damaged.addAndGet(until - at);
                LOG.warn("Journal: positions {} to {} are damaged", at, until - 1);
                fates.set(at, until, Fates.Fate.DAMAGED);
                markBehind = true;
            }
            at = until;
        }
    }

    long journalId() {
        return journalId;
    }

    JournalCounts counts() {
        return counts;
    }

    /** Takes a position, which is durable only after a {@link #flush}. Never fails. */
    synchronized void append(Position position) {
        waiting.add(position);
        if (waiting.size() > limits.waitingMax()) {
            waiting.remove();
            waitingDropped++;
            counts.full.incrementAndGet();
        }
        counts.waiting.set(waiting.size());
    }

    /**
     * Makes durable what was appended.
     *
     * @return whether all of it is; if not, it is kept in memory for the next time
     */
    synchronized boolean flush() {
        try {
            while (waitingDropped > 0 || !waiting.isEmpty()) {
                writeGroup();
            }
        } catch (IOException e) {
            counts.writeFailures.incrementAndGet();
            if (!failing) {
                LOG.error(
                        "Journal: the disk takes no more ({}). Positions wait in memory, up to {}."
                                + " Make room or mend the disk.",
                        e.toString(),
                        limits.waitingMax());
            }
            failing = true;
            return false;
        }
        if (failing) {
            LOG.info("Journal: the disk takes positions again; none of them waits any more");
        }
        failing = false;
        return true;
    }

    private void writeGroup() throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        long end = durableEnd;
        int dropped = (int) Math.min(waitingDropped, Run.DROPPED_MAX);
        if (dropped > 0) {
            Run.Dropped run = new Run.Dropped(end, dropped, DropReason.JOURNAL_FULL);
            frames.writeBytes(JournalFrame.encode(run));
            end += dropped;
        }
        int count = dropped < waitingDropped ? 0 : Math.min(GROUP_MAX, waiting.size());
        for (Position position : waiting.stream().limit(count).toList()) {
            frames.writeBytes(JournalFrame.encode(end++, position));
        }
        write(frames.toByteArray(), end);
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
        waitingDropped -= dropped;
        durableEnd = end;
        counts.waiting.set(waiting.size());
        counts.journaled.addAndGet(count);
    }

    private void write(byte[] frames, long end) throws IOException {
        makeRoom(frames.length + JournalSegment.HEAD_BYTES);
        if (segments.fitsInLast(frames.length, limits.segmentBytesMax())) {
            segments.append(frames, end);
        } else {
            segments.create(journalId, durableEnd, frames, end);
        }
    }

    /** Gives up the oldest segments where more would make the journal too large. */
    private void makeRoom(int bytes) throws IOException {
        while (segments.bytes() + bytes > limits.bytesMax()) {
            JournalSegment oldest = segments.oldestBelow(Long.MAX_VALUE);
            if (oldest == null) {
                return; // the last keeps the numbers that were given, however small the limit
            }
            long givenUp = giveUp(oldest.first, oldest.next());
            if (givenUp > 0) {
                LOG.warn("Journal: full; gave up the oldest {} positions", givenUp);
            }
            writeMark(); // first, so that after a crash the gap has its reason
            segments.remove(oldest);
        }
    }

    private long giveUp(long first, long end) {
        long count = 0;
        for (long at = Math.max(first, fates.lowWater()); at < end; ) {
            Fates.Span known = fates.at(at);
            long until = Math.min(end, known != null ? known.end() : fates.nextFirst(at));
            if (known == null) {
                fates.set(at, until, Fates.Fate.JOURNAL_FULL);
                count += until - at;
            }
            at = until;
        }
        counts.full.addAndGet(count);
        return count;
    }

    /**
     * The first run at or behind a sequence that is durable and not acknowledged.
     *
     * @param countMax positions in it at most
     * @return null where there is none
     */
    synchronized @Nullable Run next(long from, int countMax) throws IOException {
        long at = Math.max(from, fates.lowWater());
        while (at < durableEnd) {
            Fates.Span known = fates.at(at);
            if (known == null) {
                Run run = read(at, (int) Math.min(countMax, fates.nextFirst(at) - at));
                if (run instanceof Run.Positions) {
                    return run;
                }
            } else if (known.fate() == Fates.Fate.ACKNOWLEDGED) {
                at = known.end();
            } else {
                long count = Math.min(known.end() - at, Run.DROPPED_MAX);
                return new Run.Dropped(at, (int) count, reason(known.fate()));
            }
        }
        return null;
    }

    /** What is not a run of positions is noted as given up, and found there by the caller. */
    private Run read(long at, int countMax) throws IOException {
        JournalSegment segment = segments.at(at);
        if (segment == null) {
            long end = segments.firstBehind(at, durableEnd);
            int count = (int) Math.min(end - at, Run.DROPPED_MAX);
            lost(at, at + count);
            return new Run.Dropped(at, count, DropReason.DAMAGED);
        }
        Run run = segment.read(at, countMax);
        if (run instanceof Run.Dropped dropped) {
            long end = Math.min(dropped.firstSequence() + dropped.count(), fates.nextFirst(at));
            if (dropped.reason() == DropReason.DAMAGED) {
                lost(at, end);
            } else {
                fates.set(at, end, Fates.Fate.JOURNAL_FULL);
            }
        }
        return run;
    }

    /** The backend has this run: it may be forgotten. */
    synchronized void acknowledge(long first, int count) {
        fates.set(first, first + count, Fates.Fate.ACKNOWLEDGED);
        markBehind = true;
        tidy();
    }

    /** The backend refuses this run for good: it is given up, and a word of that given out. */
    synchronized void setAside(long first, int count) {
        fates.set(first, first + count, Fates.Fate.REFUSED_TWICE);
        counts.setAside.addAndGet(count);
        markBehind = true;
        tidy();
    }

    /** Writes the mark now and then, and removes the segments that are worked off. */
    private void tidy() {
        boolean removable = segments.oldestBelow(fates.lowWater()) != null;
        boolean due = !clock.instant().isBefore(markWritten.plus(MARK_INTERVAL));
        try {
            if (markBehind && (due || removable)) {
                writeMarkOrMakeRoom(removable);
            }
            removeWorkedOff();
        } catch (IOException e) {
            // Nothing is lost by it: what is acknowledged may be sent again after a restart.
            LOG.debug("Journal: the mark could not be written", e);
        }
    }

    /** The mark comes first, but on a full disk there is no room for it before they are gone. */
    private void writeMarkOrMakeRoom(boolean removable) throws IOException {
        try {
            writeMark();
        } catch (IOException e) {
            if (!removable) {
                throw e;
            }
            removeWorkedOff();
            writeMark();
        }
    }

    private void removeWorkedOff() throws IOException {
        for (JournalSegment workedOff = segments.oldestBelow(fates.lowWater());
                workedOff != null;
                workedOff = segments.oldestBelow(fates.lowWater())) {
            segments.remove(workedOff);
        }
    }

    /** The lowest sequence that is not acknowledged. */
    synchronized long lowWater() {
        return fates.lowWater();
    }

    /** Whether everything that was appended is durable and acknowledged. */
    synchronized boolean isWorkedOff() {
        return waiting.isEmpty() && waitingDropped == 0 && fates.lowWater() >= durableEnd;
    }

    /** How full it is, 0 to 1 or a little above. */
    synchronized double fill() {
        return (double) segments.bytes() / limits.bytesMax();
    }

    private void writeMark() throws IOException {
        new JournalMark(journalId, fates.lowWater(), fates.spans()).write(disk);
        markBehind = false;
        markWritten = clock.instant();
    }

    private static DropReason reason(Fates.Fate fate) {
        return switch (fate) {
            case JOURNAL_FULL -> DropReason.JOURNAL_FULL;
            case REFUSED_TWICE -> DropReason.REFUSED_TWICE;
            case DAMAGED -> DropReason.DAMAGED;
            case ACKNOWLEDGED -> throw new IllegalArgumentException("not given up");
        };
    }

    @Override
    public synchronized void close() throws IOException {
        if (!flush()) {
            LOG.error("Journal: closed with {} positions that never reached it", waiting.size());
        }
        try (segments) {
            if (markBehind) {
                writeMark();
            }
        }
    }
}
