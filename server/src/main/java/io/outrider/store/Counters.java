package io.outrider.store;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which counters of an epoch were seen, and under which tag: the last {@link
 * StoreLimits#COUNTER_WINDOW} down from the highest. Of a tag eight bytes are kept: a second tag
 * that has the same is met once in 2^64. A commit writes one row of what it has seen; many commits
 * later the tables of each epoch follow. For the writer's thread.
 */
final class Counters {
    private static final int CHUNK = 16;

    /** What a counter and its tag are, after those that came before. */
    enum Sighting {
        FRESH,
        REPEATED,
        /** Seen before under another tag. */
        OTHER_TAG,
        BELOW_WINDOW
    }

    private record EpochKey(long enrolment, long epoch) {}

    private record Sighted(EpochKey epoch, long counter, long tag) {
        static final int BYTES = 4 * Long.BYTES;
    }

    private record ChunkKey(EpochKey epoch, long chunk) {}

    private static final class Chunk {
        final ChunkKey key;
        final long[] tags = new long[CHUNK];
        int seen;

        Chunk(ChunkKey key) {
            this.key = key;
        }
    }

    private final PreparedStatement insertSightings;
    private final PreparedStatement deleteSightings;
    private final PreparedStatement readHighest;
    private final PreparedStatement readChunk;
    private final PreparedStatement writeChunk;
    private final PreparedStatement deleteBelow;
    private final PreparedStatement deleteEpochs;
    private final Lru<EpochKey, Long> highest;
    private final Lru<ChunkKey, Chunk> chunks;
    private final Set<Chunk> dirty = new LinkedHashSet<>(); // since they settled
    private final List<Sighted> sighted = new ArrayList<>(); // since the last commit

    /**
     * @param cached epochs remembered; no more may be seen before they settle
     */
    Counters(Statements statements, int cached) throws SQLException {
        insertSightings = statements.prepare("INSERT INTO sighting(counters) VALUES (?)");
        deleteSightings = statements.prepare("DELETE FROM sighting");
        readHighest =
                statements.prepare(
                        "SELECT chunk, seen FROM counter WHERE enrolment = ? AND epoch = ?"
                                + " ORDER BY chunk DESC LIMIT 1");
        readChunk =
                statements.prepare(
                        "SELECT seen, tags FROM counter"
                                + " WHERE enrolment = ? AND epoch = ? AND chunk = ?");
        writeChunk =
                statements.prepare(
                        "INSERT INTO counter(enrolment, epoch, chunk, seen, tags)"
                                + " VALUES (?1, ?2, ?3, ?4, ?5)"
                                + " ON CONFLICT DO UPDATE SET seen = ?4, tags = ?5");
        deleteBelow =
                statements.prepare(
                        "DELETE FROM counter WHERE enrolment = ? AND epoch = ? AND chunk < ?");
        deleteEpochs = statements.prepare("DELETE FROM counter WHERE enrolment = ? AND epoch <= ?");
        highest = new Lru<>(cached);
        chunks = new Lru<>(2 * cached);
        recall(statements.prepare("SELECT counters FROM sighting ORDER BY id"));
    }

    /** What an earlier process wrote, or this one before a failure, and did not settle. */
    private void recall(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                ByteBuffer counters = ByteBuffer.wrap(rows.getBytes(1));
                if (counters.remaining() % Sighted.BYTES != 0) {
                    throw new SQLException("a damaged row of counters");
                }
                while (counters.hasRemaining()) {
                    var key = new EpochKey(counters.getLong(), counters.getLong());
                    var _ = note(key, counters.getLong(), counters.getLong());
                }
            }
        }
    }

    /** Notes a counter; it is the first such where the answer is {@code FRESH}. */
    Sighting see(long enrolment, long epoch, long counter, long tag) throws SQLException {
        var key = new EpochKey(enrolment, epoch);
        Sighting sighting = note(key, counter, tag);
        if (sighting == Sighting.FRESH) {
            sighted.add(new Sighted(key, counter, tag));
        }
        return sighting;
    }

    private Sighting note(EpochKey key, long counter, long tag) throws SQLException {
        long before = highest(key);
        if (counter < lowestInWindow(before)) {
            return Sighting.BELOW_WINDOW;
        }
        Chunk chunk = chunk(new ChunkKey(key, counter / CHUNK));
        int slot = (int) (counter % CHUNK);
        if ((chunk.seen & 1 << slot) != 0) {
            return chunk.tags[slot] == tag ? Sighting.REPEATED : Sighting.OTHER_TAG;
        }
        chunk.seen |= 1 << slot;
        chunk.tags[slot] = tag;
        dirty.add(chunk);
        if (counter > before) {
            highest.put(key, counter);
        }
        return Sighting.FRESH;
    }

    /** Writes what was seen since the last commit. */
    void flush() throws SQLException {
        if (!sighted.isEmpty()) {
            ByteBuffer counters = ByteBuffer.allocate(sighted.size() * Sighted.BYTES);
            for (Sighted it : sighted) {
                counters.putLong(it.epoch().enrolment()).putLong(it.epoch().epoch());
                counters.putLong(it.counter()).putLong(it.tag());
            }
            insertSightings.setBytes(1, counters.array());
            insertSightings.executeUpdate();
            sighted.clear();
        }
    }

    /** Writes what was flushed since the last time: many counters of one chunk in one row. */
    void settle() throws SQLException {
        deleteSightings.executeUpdate();
        Set<EpochKey> epochs = new HashSet<>();
        for (Chunk chunk : dirty) {
            EpochKey epoch = chunk.key.epoch();
            long lowest = lowestInWindow(highest(epoch)) / CHUNK;
            if (epochs.add(epoch)) {
                set(deleteBelow, new ChunkKey(epoch, lowest));
                deleteBelow.executeUpdate();
            }
            if (chunk.key.chunk() >= lowest) {
                write(chunk);
            }
        }
        dirty.clear();
    }

    /** Forgets all epochs of a tracker up to a number. */
    void forgetEpochs(long enrolment, long upTo) throws SQLException {
        deleteEpochs.setLong(1, enrolment);
        deleteEpochs.setLong(2, upTo);
        deleteEpochs.executeUpdate();
        dirty.removeIf(chunk -> isForgotten(chunk.key.epoch(), enrolment, upTo));
        chunks.keySet().removeIf(key -> isForgotten(key.epoch(), enrolment, upTo));
        highest.keySet().removeIf(key -> isForgotten(key, enrolment, upTo));
    }

    private static boolean isForgotten(EpochKey key, long enrolment, long upTo) {
        return key.enrolment() == enrolment && key.epoch() <= upTo;
    }

    /** -1 where none was seen. */
    private long highest(EpochKey key) throws SQLException {
        Long known = highest.get(key);
        if (known != null) {
            return known;
        }
        readHighest.setLong(1, key.enrolment());
        readHighest.setLong(2, key.epoch());
        long found = -1;
        try (ResultSet rows = readHighest.executeQuery()) {
            if (rows.next()) {
                int top = 31 - Integer.numberOfLeadingZeros(rows.getInt(2));
                found = rows.getLong(1) * CHUNK + top;
            }
        }
        highest.put(key, found);
        return found;
    }

    private Chunk chunk(ChunkKey key) throws SQLException {
        @Nullable Chunk known = chunks.get(key);
        if (known != null) {
            return known;
        }
        var chunk = new Chunk(key);
        set(readChunk, key);
        try (ResultSet rows = readChunk.executeQuery()) {
            if (rows.next()) {
                chunk.seen = rows.getInt(1);
                ByteBuffer.wrap(rows.getBytes(2)).asLongBuffer().get(chunk.tags);
            }
        }
        chunks.put(key, chunk);
        return chunk;
    }

    private static long lowestInWindow(long highest) {
        return Math.max(0, highest - StoreLimits.COUNTER_WINDOW + 1);
    }

    private void write(Chunk chunk) throws SQLException {
        ByteBuffer tags = ByteBuffer.allocate(CHUNK * Long.BYTES);
        tags.asLongBuffer().put(chunk.tags);
        set(writeChunk, chunk.key);
        writeChunk.setInt(4, chunk.seen);
        writeChunk.setBytes(5, tags.array());
        writeChunk.executeUpdate();
    }

    private static void set(PreparedStatement statement, ChunkKey key) throws SQLException {
        statement.setLong(1, key.epoch().enrolment());
        statement.setLong(2, key.epoch().epoch());
        statement.setLong(3, key.chunk());
    }
}
