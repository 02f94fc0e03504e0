package io.outrider.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts by name that survive restarts: they are committed together with what they count. For the
 * writer's thread; a map that it gave out is never changed.
 */
final class Tally {
    static final String ACCEPTED = "accepted";
    static final String DUPLICATE = "duplicate";
    static final String LATE = "late";
    static final String DOUBTED = "doubted";
    static final String DROPPED = "dropped";
    static final String GAPS = "gaps";
    static final String REPORTS = "reports";
    static final String REPORTS_DUPLICATE = "reports duplicate";
    static final String EPOCHS = "epochs";
    static final String EPOCHS_DUPLICATE = "epochs duplicate";
    static final String REFUSED_PREFIX = "refused ";

    private final PreparedStatement add;
    private final Map<String, Long> pending = new HashMap<>();
    private Map<String, Long> committed;

    Tally(Statements statements) throws SQLException {
        add =
                statements.prepare(
                        "INSERT INTO tally(name, count) VALUES (?1, ?2)"
                                + " ON CONFLICT(name) DO UPDATE SET count = count + ?2");
        Map<String, Long> stored = new TreeMap<>();
        try (ResultSet rows = statements.prepare("SELECT name, count FROM tally").executeQuery()) {
            while (rows.next()) {
                stored.put(rows.getString(1), rows.getLong(2));
            }
        }
        committed = stored;
    }

    void add(String name, long count) {
        if (count != 0) {
            pending.merge(name, count, Long::sum);
        }
    }

    /** Writes what was added since the last commit. */
    void flush() throws SQLException {
        for (var entry : pending.entrySet()) {
            add.setString(1, entry.getKey());
            add.setLong(2, entry.getValue());
            add.executeUpdate();
        }
    }

    void committed() {
        Map<String, Long> sum = new TreeMap<>(committed);
        pending.forEach((name, count) -> sum.merge(name, count, Long::sum));
        committed = sum;
        pending.clear();
    }

    /** As of the last commit. */
    Map<String, Long> counts() {
        return committed;
    }
}
