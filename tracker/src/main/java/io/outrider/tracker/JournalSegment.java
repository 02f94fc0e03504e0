package io.outrider.tracker;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a journal: a head ("ORJ1", journal id, first sequence, CRC-32C over these), then
 * frames. Only ever appended to; cut where a write failed. Not safe for use by many threads.
 */
final class JournalSegment implements AutoCloseable {
    static final int HEAD_BYTES = 4 + 8 + 8 + 4;
    static final String NAME_PREFIX = "segment-";

    private static final int MAGIC = 0x4F524A31;
    private static final int READ_BYTES = 64 << 10;

    final String name;
    final long first;
    private final Disk.Open file;

    /** The bytes that are known to be good; what is behind them is of a write that failed. */
    private long goodBytes;

    /** The sequence after the last in this file. */
    private long next;

    private long cursorSequence;
    private long cursorAt = HEAD_BYTES;

    private JournalSegment(String name, long first, Disk.Open file) {
        this.name = name;
        this.first = first;
        this.file = file;
        this.next = first;
        this.cursorSequence = first;
    }

    /** What a scan found that is not as it was written. */
    interface Damage {
        void lost(long first, long end);

        void torn(long bytes);
    }

    static String nameOf(long first) {
        return NAME_PREFIX + String.format("%016x", first);
    }

    /** The first sequence by the name of a file; -1 where it is not the name of a segment. */
    static long firstOf(String name) {
        String hex = name.startsWith(NAME_PREFIX) ? name.substring(NAME_PREFIX.length()) : "";
        return hex.matches("[0-7][0-9a-f]{15}") ? Long.parseLong(hex, 16) : -1;
    }

    /** Makes the file anew with its first frames; durable when this returns. */
    static JournalSegment create(
            Disk disk, long journalId, long first, byte[] frames, long nextSequence)
            throws IOException {
        JournalSegment segment = new JournalSegment(nameOf(first), first, disk.open(nameOf(first)));
        boolean complete = false;
        try {
            ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + frames.length);
            bytes.putInt(MAGIC).putLong(journalId).putLong(first);
            bytes.putInt(crc(bytes.array())).put(frames);
            segment.file.truncate(0); // of an attempt before that failed
            segment.file.write(0, bytes.array());
            segment.file.sync();
            disk.syncNames();
            segment.goodBytes = bytes.capacity();
            segment.next = nextSequence;
            complete = true;
            return segment;
        } finally {
            if (!complete) {
                segment.close();
            }
        }
    }

    static JournalSegment open(Disk disk, String name) throws IOException {
        return new JournalSegment(name, firstOf(name), disk.open(name));
    }

    /** The journal id in the head; null where the head is damaged. */
    @Nullable Long journalId() throws IOException {
        byte[] head = file.read(0, HEAD_BYTES);
        if (head.length < HEAD_BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(head);
        boolean good =
                in.getInt(HEAD_BYTES - 4) == crc(head)
                        && in.getInt(0) == MAGIC
                        && in.getLong(12) == first;
        return good ? in.getLong(4) : null;
    }

    /**
     * Reads everything once, to know where it ends and what in it is damaged.
     *
     * @param last whether a torn tail is to be expected: where the power went while it was written
     */
    void scan(boolean last, Damage damage) throws IOException {
        byte[] bytes = file.read(0, Math.toIntExact(file.size()));
        goodBytes = Math.min(HEAD_BYTES, bytes.length);
        while (goodBytes < bytes.length) {
            int at = find(bytes, (int) goodBytes, next);
            JournalFrame frame = at < 0 ? null : JournalFrame.at(bytes, at);
            if (frame == null) {
                tail(bytes, (int) goodBytes, last, damage);
                return;
            }
            if (frame.run().firstSequence() > next) {
                damage.lost(next, frame.run().firstSequence());
            }
            next = endOf(frame);
            goodBytes = (long) at + frame.bytes();
        }
    }

    private void tail(byte[] bytes, int at, boolean last, Damage damage) {
        boolean zeros = true;
        for (int i = at; i < bytes.length; i++) {
            zeros &= bytes[i] == 0;
        }
        if (last && (zeros || JournalFrame.isTorn(bytes, at))) {
            damage.torn(bytes.length - at);
            return;
        }
        // How many entries this was nobody can say. The most that fit are given up, as a number
        // must never be used twice.
        long lost = 1L + (bytes.length - at) / JournalFrame.BYTES_MIN;
        damage.lost(next, next + lost);
        next += lost;
    }

    /** Where the next good frame begins, here or behind; -1 where none does. */
    private static int find(byte[] bytes, int from, long sequenceMin) {
        for (int at = from; at + JournalFrame.BYTES_MIN <= bytes.length; at++) {
            JournalFrame frame = JournalFrame.at(bytes, at);
            if (frame != null && frame.run().firstSequence() >= sequenceMin) {
                return at;
            }
        }
        return -1;
    }

    /** Cuts off what a failed write left. */
    void repair() throws IOException {
        if (file.size() > goodBytes) {
            file.truncate(goodBytes);
            file.sync();
        }
    }

    /** Appends; durable when this returns. After a failure {@link #repair} first. */
    void append(byte[] frames, long nextSequence) throws IOException {
        file.write(goodBytes, frames);
        file.sync();
        goodBytes += frames.length;
        next = nextSequence;
    }

    /**
     * What is at this sequence and behind it: positions that follow each other, or one run that was
     * given up, be it that its entries are not readable any more.
     *
     * @param sequence of this segment
     */
    Run read(long sequence, int countMax) throws IOException {
        if (sequence < cursorSequence) {
            cursorSequence = first;
            cursorAt = HEAD_BYTES;
        }
        List<Position> found = new ArrayList<>();
        while (found.size() < countMax && cursorAt < goodBytes) {
            int chunk = Math.min(READ_BYTES, (countMax + 1) * JournalFrame.BYTES_MAX);
            byte[] bytes = file.read(cursorAt, (int) Math.min(chunk, goodBytes - cursorAt));
            int at = find(bytes, 0, cursorSequence);
            JournalFrame frame = at < 0 ? null : JournalFrame.at(bytes, at);
            if (frame == null) { // a whole chunk is damaged
                cursorAt += Math.max(1, bytes.length - JournalFrame.BYTES_MAX);
                continue;
            }
            cursorAt += at;
            while (frame != null && found.size() < countMax) {
                long wanted = sequence + found.size();
                if (endOf(frame) > wanted) {
                    Run ending = ending(frame.run(), sequence, found);
                    if (ending != null) {
                        return ending;
                    }
                }
                at += frame.bytes();
                cursorAt += frame.bytes();
                cursorSequence = endOf(frame);
                frame = JournalFrame.at(bytes, at);
            }
        }
        return found.isEmpty() ? damaged(sequence, next) : new Run.Positions(sequence, found);
    }

    /** Takes a position that is next; anything else ends the run, and is its answer if first. */
    private static @Nullable Run ending(Run run, long sequence, List<Position> found) {
        if (run instanceof Run.Positions next && next.firstSequence() == sequence + found.size()) {
            found.addAll(next.positions());
            return null;
        }
        if (!found.isEmpty()) {
            return new Run.Positions(sequence, found);
        }
        return run.firstSequence() > sequence ? damaged(sequence, run.firstSequence()) : run;
    }

    private static Run damaged(long first, long end) {
        int count = (int) Math.min(Run.DROPPED_MAX, end - first);
        return new Run.Dropped(first, count, DropReason.DAMAGED);
    }

    private static long endOf(JournalFrame frame) {
        return frame.run().firstSequence() + frame.run().count();
    }

    long next() {
        return next;
    }

    long bytes() {
        return goodBytes;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static int crc(byte[] head) {
        CRC32C crc = new CRC32C();
        crc.update(head, 0, HEAD_BYTES - 4);
        return (int) crc.getValue();
    }
}
