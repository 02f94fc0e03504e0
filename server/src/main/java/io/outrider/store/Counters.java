package io.outrider.store;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which counters of an epoch were seen, and under which tag: the last {@link
 * StoreLimits#COUNTER_WINDOW} down from the highest. Of a tag eight bytes are kept: a second tag
 * that has the same is met once in 2^64. For the writer's thread.
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

    private record ChunkKey(EpochKey epoch, long chunk) {}

    private static final class Chunk {
        final ChunkKey key;
        final long[] tags = new long[CHUNK];
        int seen;

        Chunk(ChunkKey key) {
            this.key = key;
        }
    }

    private final PreparedStatement readHighest;
    private final PreparedStatement readChunk;
    private final PreparedStatement writeChunk;
    private final PreparedStatement deleteBelow;
    private final PreparedStatement deleteEpochs;
    private final Lru<EpochKey, Long> highest;
    private final Lru<ChunkKey, Chunk> chunks;
    private final Set<Chunk> dirty = new LinkedHashSet<>();

    Counters(Statements statements, int cached) throws SQLException {
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
    }

    /** Notes a counter; it is the first such where the answer is {@code FRESH}. */
    Sighting see(long enrolment, long epoch, long counter, long tag) throws SQLException {
        var key = new EpochKey(enrolment, epoch);
        long before = highest(key);
        if (counter <= before - StoreLimits.COUNTER_WINDOW) {
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
            forgetBelowWindow(key, before, counter);
        }
        return Sighting.FRESH;
    }

    /** Writes what was noted since the last commit: many counters of one chunk in one row. */
    void flush() throws SQLException {
        for (Chunk chunk : dirty) {
            ByteBuffer tags = ByteBuffer.allocate(CHUNK * Long.BYTES);
            tags.asLongBuffer().put(chunk.tags);
            set(writeChunk, chunk.key);
            writeChunk.setInt(4, chunk.seen);
            writeChunk.setBytes(5, tags.array());
            writeChunk.executeUpdate();
        }
        dirty.clear();
    }

    /** Forgets all epochs of a tracker up to a number. */
    void forgetEpochs(long enrolment, long upTo) throws SQLException {
        deleteEpochs.setLong(1, enrolment);
        deleteEpochs.setLong(2, upTo);
        if (deleteEpochs.executeUpdate() > 0) {
            dirty.removeIf(chunk -> isForgotten(chunk.key.epoch(), enrolment, upTo));
            chunks.keySet().removeIf(key -> isForgotten(key.epoch(), enrolment, upTo));
            highest.keySet().removeIf(key -> isForgotten(key, enrolment, upTo));
        }
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

    private void forgetBelowWindow(EpochKey key, long before, long now) throws SQLException {
        long lowest = (now - StoreLimits.COUNTER_WINDOW + 1) / CHUNK;
        if (now < StoreLimits.COUNTER_WINDOW || now / CHUNK == before / CHUNK) {
            return;
        }
        dirty.removeIf(chunk -> chunk.key.epoch().equals(key) && chunk.key.chunk() < lowest);
        deleteBelow.setLong(1, key.enrolment());
        deleteBelow.setLong(2, key.epoch());
        deleteBelow.setLong(3, lowest);
        deleteBelow.executeUpdate();
    }

    private static void set(PreparedStatement statement, ChunkKey key) throws SQLException {
        statement.setLong(1, key.epoch().enrolment());
        statement.setLong(2, key.epoch().epoch());
        statement.setLong(3, key.chunk());
    }
}
