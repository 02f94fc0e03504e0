package io.outrider.store;

import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Messages that were refused, the latest of each tracker and of all, for inspection. Sealed at rest
 * like positions: what was sent unsealed may be one. For the writer's thread.
 */
final class Refusals {
    /** The columns of {@link #read}, in its order. */
    static final String COLUMNS = "id, enrolment, channel, reason, received, size, sealed";

    private final PreparedStatement nextId;
    private final PreparedStatement insert;
    private final PreparedStatement deleteOfTracker;
    private final PreparedStatement deleteOfAll;
    private final StoreLimits limits;
    private final AtRest atRest;
    private final Tally tally;
    private boolean added;

    Refusals(Statements statements, StoreLimits limits, AtRest atRest, Tally tally)
            throws SQLException {
        nextId = statements.prepare("SELECT coalesce(max(id), 0) + 1 FROM refused");
        insert =
                statements.prepare(
                        "INSERT INTO refused(id, enrolment, channel, reason, received, size,"
                                + " sealed) VALUES (?, ?, ?, ?, ?, ?, ?)");
        deleteOfTracker =
                statements.prepare(
                        "DELETE FROM refused WHERE id IN (SELECT id FROM refused"
                                + " WHERE enrolment = ? ORDER BY id DESC LIMIT -1 OFFSET ?)");
        deleteOfAll =
                statements.prepare(
                        "DELETE FROM refused WHERE id IN (SELECT id FROM refused"
                                + " ORDER BY id LIMIT max(0, (SELECT count(*) FROM refused) - ?))");
        this.limits = limits;
        this.atRest = atRest;
        this.tally = tally;
    }

    /** Counts a refusal and keeps the message; the oldest goes where there are too many. */
    void add(RefusedMessage refusal)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        tally.add(Tally.REFUSED_PREFIX + refusal.reason(), 1);
        long id = nextId();
        byte[] payload = refusal.payload().toArray();
        byte[] kept = Arrays.copyOf(payload, Math.min(payload.length, limits.refusedBytesMax()));
        insert.setLong(1, id);
        insert.setLong(2, refusal.enrolment());
        insert.setString(3, refusal.channel().name());
        insert.setString(4, refusal.reason());
        insert.setLong(5, refusal.receivedAt().toEpochMilli());
        insert.setInt(6, payload.length);
        insert.setBytes(7, atRest.seal(refusal.enrolment(), place(refusal.enrolment(), id), kept));
        insert.executeUpdate();
        deleteOfTracker.setLong(1, refusal.enrolment());
        deleteOfTracker.setInt(2, limits.refusedPerTrackerMax());
        deleteOfTracker.executeUpdate();
        added = true;
    }

    /** Once a commit, since it counts the rows. */
    void flush() throws SQLException {
        if (added) {
            deleteOfAll.setInt(1, limits.refusedMax());
            deleteOfAll.executeUpdate();
            added = false;
        }
    }

    /** Reads a row of {@link #COLUMNS}; empty where the tracker was erased. */
    static Optional<RefusedMessage> read(ResultSet row, AtRest atRest)
            throws SQLException, KeyUnavailableException {
        long id = row.getLong(1);
        long enrolment = row.getLong(2);
        try {
            byte[] payload = atRest.open(enrolment, place(enrolment, id), row.getBytes(7));
            return Optional.of(
                    new RefusedMessage(
                            enrolment,
                            Channel.valueOf(row.getString(3)),
                            row.getString(4),
                            Instant.ofEpochMilli(row.getLong(5)),
                            row.getInt(6),
                            Bytes.copyOf(payload)));
        } catch (AtRest.ErasedException e) {
            return Optional.empty();
        }
    }

    private long nextId() throws SQLException {
        try (ResultSet row = nextId.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static byte[] place(long enrolment, long id) {
        return AtRest.Use.REFUSED.of(enrolment, id);
    }
}
