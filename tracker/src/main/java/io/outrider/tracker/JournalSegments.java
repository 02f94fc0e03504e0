package io.outrider.tracker;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal, oldest first. Only the last is written; a failed write is cut off before
 * the next. Not safe for use by many threads.
 */
final class JournalSegments implements AutoCloseable {
    private final Disk disk;
    private final TreeMap<Long, JournalSegment> byFirst = new TreeMap<>();

    /** Whether the last file may have more in it than is known to be good. */
    private boolean unsure = true;

    /** A file that cannot be trusted to be written behind. */
    private boolean lastIsClosed;

    /** A file that was begun and not finished: gone before anything is written elsewhere. */
    private @Nullable String unfinished;

    private JournalSegments(Disk disk) {
        this.disk = disk;
    }

    static JournalSegments open(Disk disk) throws IOException {
        JournalSegments segments = new JournalSegments(disk);
        boolean complete = false;
        try {
            for (String name : disk.names()) {
                if (JournalSegment.firstOf(name) >= 0) {
                    JournalSegment segment = JournalSegment.open(disk, name);
                    segments.byFirst.put(segment.first, segment);
                }
            }
            complete = true;
            return segments;
        } finally {
            if (!complete) {
                segments.close();
            }
        }
    }

    /** The journal's id by its segments; null where none has a good head. */
    @Nullable Long journalId() throws IOException {
        Long found = null;
        for (JournalSegment segment : byFirst.values()) {
            Long id = segment.journalId();
            if (found != null && id != null && !id.equals(found)) {
                throw new IOException(segment.name + " belongs to another journal");
            }
            found = found == null ? id : found;
        }
        return found;
    }

    /** Scans all, and removes a last one that was never finished. */
    void scan(JournalSegment.Damage damage) throws IOException {
        for (JournalSegment segment : List.copyOf(byFirst.values())) {
            boolean last = segment == last();
            segment.scan(last, damage);
            boolean headDamaged = segment.journalId() == null;
            if (last && headDamaged && segment.next() == segment.first) {
                remove(segment);
            } else if (last) {
                lastIsClosed = headDamaged;
            }
        }
    }

    Collection<JournalSegment> all() {
        return byFirst.values();
    }

    @Nullable JournalSegment last() {
        Map.Entry<Long, JournalSegment> entry = byFirst.lastEntry();
        return entry == null ? null : entry.getValue();
    }

    /** The segment that has this sequence; null where none has. */
    @Nullable JournalSegment at(long sequence) {
        Map.Entry<Long, JournalSegment> entry = byFirst.floorEntry(sequence);
        return entry != null && sequence < entry.getValue().next() ? entry.getValue() : null;
    }

    /** The first sequence of the segment behind this one. */
    long firstBehind(long sequence, long orElse) {
        Long first = byFirst.higherKey(sequence);
        return first == null ? orElse : first;
    }

    boolean fitsInLast(int frameBytes, int segmentBytesMax) {
        JournalSegment last = last();
        return last != null && !lastIsClosed && last.bytes() + frameBytes <= segmentBytesMax;
    }

    /** Appends to the last; durable when this returns. */
    void append(byte[] frames, long nextSequence) throws IOException {
        repairLast();
        if (unfinished != null) {
            disk.delete(unfinished);
            disk.syncNames();
            unfinished = null;
        }
        unsure = true; // until it has gone well
        byFirst.lastEntry().getValue().append(frames, nextSequence);
        unsure = false;
    }

    /** Begins a new last one; durable when this returns. */
    void create(long journalId, long first, byte[] frames, long nextSequence) throws IOException {
        repairLast(); // what is not the last any more must end where it is good
        unfinished = JournalSegment.nameOf(first);
        JournalSegment created =
                JournalSegment.create(disk, journalId, first, frames, nextSequence);
        unfinished = null;
        byFirst.put(first, created);
        unsure = false;
        lastIsClosed = false;
    }

    private void repairLast() throws IOException {
        JournalSegment last = last();
        if (unsure && last != null) {
            last.repair();
        }
    }

    /** The oldest, where its entries are all below this sequence and it is not the last. */
    @Nullable JournalSegment oldestBelow(long sequence) {
        JournalSegment oldest = byFirst.size() < 2 ? null : byFirst.firstEntry().getValue();
        return oldest != null && oldest.next() <= sequence ? oldest : null;
    }

    void remove(JournalSegment segment) throws IOException {
        disk.delete(segment.name);
        byFirst.remove(segment.first);
        segment.close();
    }

    long bytes() {
        return byFirst.values().stream().mapToLong(JournalSegment::bytes).sum();
    }

    @Override
    public void close() throws IOException {
        for (JournalSegment segment : byFirst.values()) {
            segment.close();
        }
    }
}
