package io.outrider.store;

import io.outrider.keys.KeyUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The short reads, each one query. */
final class Reads {
    private Reads() {}

    static Optional<KnownEpoch> epoch(Connection connection, long enrolment, int lowByte)
            throws SQLException {
        String sql =
                "SELECT "
                        + KnownEpoch.COLUMNS
                        + " FROM epoch WHERE enrolment = ? AND number & 255 = ?"
                        + " ORDER BY number DESC LIMIT 1";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, enrolment);
            query.setInt(2, lowByte);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next()
                        ? Optional.of(KnownEpoch.read(enrolment, rows))
                        : Optional.empty();
            }
        }
    }

    static List<MissingRun> missing(Connection connection, long enrolment, int countMax)
            throws SQLException {
        String sql =
                "SELECT journal, first, count, 0 FROM gap WHERE enrolment = ?1"
                        + " UNION ALL SELECT journal, first, count, reason FROM dropped"
                        + " WHERE enrolment = ?1 ORDER BY 1, 2 LIMIT ?2";
        List<MissingRun> missing = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, enrolment);
            query.setInt(2, countMax);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    missing.add(
                            new MissingRun(
                                    enrolment,
                                    rows.getLong(1),
                                    rows.getLong(2),
                                    rows.getLong(3),
                                    rows.getInt(4)));
                }
            }
        }
        return missing;
    }

    static List<RefusedMessage> refused(Connection connection, AtRest atRest, int countMax)
            throws SQLException, KeyUnavailableException {
        String sql = "SELECT " + Refusals.COLUMNS + " FROM refused ORDER BY id DESC LIMIT ?";
        List<RefusedMessage> refused = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setInt(1, countMax);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Refusals.read(rows, atRest).ifPresent(refused::add);
                }
            }
        }
        return refused;
    }
}
