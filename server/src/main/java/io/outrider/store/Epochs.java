package io.outrider.store;

import io.outrider.seal.Announcement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;

/** The epochs that trackers announced, the last 256 of each. For the writer's thread. */
final class Epochs {
    private record Key(long enrolment, long number) {}

    private final PreparedStatement insert;
    private final PreparedStatement readSame;
    private final PreparedStatement readLast;
    private final PreparedStatement readId;
    private final PreparedStatement deleteOld;
    private final Lru<Key, Long> ids;

    Epochs(Statements statements, int cached) throws SQLException {
        insert =
                statements.prepare(
                        "INSERT INTO epoch(enrolment, number, id, predecessor, journal,"
                                + " next_sequence, time_base, suite, backend_key, encapsulation,"
                                + " secret, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        readSame =
                statements.prepare(
                        "SELECT "
                                + KnownEpoch.COLUMNS
                                + " FROM epoch WHERE enrolment = ?1"
                                + " AND (number = ?2 OR id = ?3 OR predecessor IS ?4) LIMIT 3");
        readLast = statements.prepare("SELECT max(number) FROM epoch WHERE enrolment = ?");
        readId = statements.prepare("SELECT id FROM epoch WHERE enrolment = ? AND number = ?");
        deleteOld = statements.prepare("DELETE FROM epoch WHERE enrolment = ? AND number <= ?");
        ids = new Lru<>(cached);
    }

    /** What an announcement is, after those that came before. */
    enum Standing {
        NEW,
        REPEATED,
        /** It takes the place of another: same number, same id or same predecessor. */
        CONTRADICTED,
        /** Below the last 256: its key identifier stands for a newer one. */
        TOO_OLD
    }

    Standing standing(long enrolment, Announcement announced) throws SQLException {
        if (announced.epochNumber() <= last(enrolment) - StoreLimits.EPOCHS_KEPT) {
            return Standing.TOO_OLD;
        }
        readSame.setLong(1, enrolment);
        readSame.setLong(2, announced.epochNumber());
        readSame.setLong(3, announced.epochId());
        setPredecessor(readSame, 4, announced);
        boolean repeated = false;
        try (ResultSet rows = readSame.executeQuery()) {
            while (rows.next()) {
                if (!KnownEpoch.read(enrolment, rows).isOf(announced)) {
                    return Standing.CONTRADICTED;
                }
                repeated = true;
            }
        }
        return repeated ? Standing.REPEATED : Standing.NEW;
    }

    /**
     * Keeps an epoch and forgets those that are too old now.
     *
     * @return the highest number that was forgotten, or -1
     */
    long insert(AnnouncedEpoch epoch) throws SQLException {
        long enrolment = epoch.enrolment();
        Announcement announced = epoch.announced();
        insert.setLong(1, enrolment);
        insert.setLong(2, announced.epochNumber());
        insert.setLong(3, announced.epochId());
        setPredecessor(insert, 4, announced);
        insert.setLong(5, announced.journalId());
        insert.setLong(6, announced.nextSequence());
        insert.setLong(7, announced.timeBaseMs());
        insert.setInt(8, announced.suite().code());
        insert.setLong(9, announced.backendKeyId());
        insert.setBytes(10, announced.encapsulation().toArray());
        insert.setBytes(11, epoch.wrappedSecret().toArray());
        insert.setLong(12, epoch.receivedAt().toEpochMilli());
        insert.executeUpdate();

        long old = announced.epochNumber() - StoreLimits.EPOCHS_KEPT;
        deleteOld.setLong(1, enrolment);
        deleteOld.setLong(2, old);
        if (deleteOld.executeUpdate() == 0) {
            return -1;
        }
        ids.keySet().removeIf(key -> key.enrolment() == enrolment && key.number() <= old);
        return old;
    }

    /** Whether reports of this epoch are taken. */
    boolean isKnown(long enrolment, long number, long id) throws SQLException {
        var key = new Key(enrolment, number);
        Long known = ids.get(key);
        if (known == null) {
            Optional<Long> read = readId(key);
            if (read.isEmpty()) {
                return false;
            }
            known = read.get();
            ids.put(key, known);
        }
        return known == id;
    }

    private Optional<Long> readId(Key key) throws SQLException {
        readId.setLong(1, key.enrolment());
        readId.setLong(2, key.number());
        try (ResultSet rows = readId.executeQuery()) {
            return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
        }
    }

    private long last(long enrolment) throws SQLException {
        readLast.setLong(1, enrolment);
        try (ResultSet rows = readLast.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    private static void setPredecessor(
            PreparedStatement statement, int index, Announcement announced) throws SQLException {
        if (announced.predecessor().isPresent()) {
            statement.setLong(index, announced.predecessor().getAsLong());
        } else {
            statement.setNull(index, Types.INTEGER);
        }
    }
}
