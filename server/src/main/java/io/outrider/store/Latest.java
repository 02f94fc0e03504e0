package io.outrider.store;

import io.outrider.check.Doubt;
import io.outrider.check.Verdict;
import io.outrider.keys.KeyUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The latest position of each tracker, by the receiver's time. One that was dated in the future
 * when it came is passed over, for it would hide all that follow. Safe for use by many threads.
 */
final class Latest {
    private static final String NEXT_TRACKER =
            "SELECT min(enrolment) FROM"
                    + " (SELECT min(enrolment) AS enrolment FROM segment WHERE enrolment > ?1"
                    + " UNION ALL SELECT min(enrolment) FROM landed WHERE enrolment > ?1)";

    /** From the newest downwards; the clock's own time ends what can count. */
    private static final String NEWEST =
            "SELECT "
                    + Segments.COLUMNS
                    + " FROM stored WHERE enrolment = ? AND time_min <= ?"
                    + " AND verdict & ? = 0 ORDER BY time_min DESC, journal DESC, first DESC"
                    + " LIMIT ?";

    /** Segments of one tracker that may overlap in time before a later one is given up. */
    private static final int NEWEST_MAX = 1_024;

    private static final System.Logger LOG = System.getLogger(Latest.class.getName());

    private final Map<Long, StoredPosition> byEnrolment = new ConcurrentHashMap<>();

    Optional<StoredPosition> of(long enrolment) {
        return Optional.ofNullable(byEnrolment.get(enrolment));
    }

    Collection<StoredPosition> all() {
        return List.copyOf(byEnrolment.values());
    }

    void offer(StoredPosition stored) {
        if (!stored.verdict().has(Doubt.DATED_IN_FUTURE)) {
            byEnrolment.merge(
                    stored.enrolment(),
                    stored,
                    (a, b) -> StoredPosition.BY_TIME.compare(a, b) >= 0 ? a : b);
        }
    }

    /** Reads what there is; positions that come meanwhile are not lost. */
    boolean rebuild(Connection connection, AtRest atRest, Instant latestTime) throws SQLException {
        try (PreparedStatement trackers = connection.prepareStatement(NEXT_TRACKER);
                PreparedStatement newest = connection.prepareStatement(NEWEST)) {
            newest.setLong(2, latestTime.toEpochMilli());
            newest.setInt(3, Verdict.of(Doubt.DATED_IN_FUTURE).bits());
            newest.setInt(4, NEWEST_MAX);
            long enrolment = 0;
            while ((enrolment = nextTracker(trackers, enrolment)) > 0) {
                newest.setLong(1, enrolment);
                rebuild(newest, atRest);
            }
        }
        return true;
    }

    private void rebuild(PreparedStatement newest, AtRest atRest) throws SQLException {
        long best = Long.MIN_VALUE;
        try (ResultSet rows = newest.executeQuery()) {
            while (rows.next()) {
                Segment segment = Segments.read(rows, atRest);
                if (segment.timeMinMs() + Segment.SPAN_MS_MAX < best) {
                    return; // this and all that follow end before the best
                }
                best = Math.max(best, segment.timeMaxMs());
                offer(segment.stored(segment.positions().size() - 1));
            }
        } catch (AtRest.ErasedException e) {
            // Nothing of an erased tracker can be shown.
        } catch (KeyUnavailableException | StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "where a tracker was last cannot be read", e);
        }
    }

    private static long nextTracker(PreparedStatement query, long after) throws SQLException {
        query.setLong(1, after);
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
