package io.outrider.fleet;

import static io.outrider.fleet.RegistryDatabase.instant;

import io.outrider.topic.TrackerId;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fleets, trackers, their certificates and how they stand. */
final class TrackerTables {
    /** How many changes of its standing are kept for each tracker; the oldest go first. */
    static final int STANDINGS_MAX = 100;

    private final RegistryDatabase database;

    TrackerTables(RegistryDatabase database) {
        this.database = database;
    }

    /** One row of fleets. */
    record FleetRow(String name, Instant createdAt, MethodPolicy methods) {}

    List<FleetRow> fleets() throws SQLException {
        return database.all(
                "SELECT name, created_at, methods FROM fleet",
                row ->
                        new FleetRow(
                                row.getString("name"),
                                instant(row, "created_at"),
                                RightsTables.policy(
                                        row.getString("methods"),
                                        MethodPolicy.Source.FLEET,
                                        MethodPolicy.DEFAULT)));
    }

    void insertFleet(String name, Instant createdAt) throws SQLException {
        database.update(
                "INSERT INTO fleet(name, created_at) VALUES (?, ?)",
                name,
                createdAt.toEpochMilli());
    }

    void setFleetMethods(String name, @Nullable Set<Method> methods) throws SQLException {
        database.update("UPDATE fleet SET methods = ? WHERE name = ?", text(methods), name);
    }

    /** Makes a tracker's fleet known to whoever reads its row. */
    interface FleetPolicy {
        MethodPolicy of(String fleet);
    }

    /** A tracker with its token. */
    record TrackerRow(Tracker tracker, Token token) {}

    /** Trackers that are there now, with the newest certificate of each. */
    List<TrackerRow> trackers(FleetPolicy fleets) throws SQLException {
        String sql =
                """
                SELECT t.enrolment, t.fleet, t.name, t.added_at, t.token_sha256, t.methods,
                    t.token_expires_at, t.enrolled_at, k.spki, k.spki_sha256, c.serial, c.not_after,
                    s.standing, s.at, s.reason
                FROM tracker t
                LEFT JOIN certificate c ON c.serial =
                    (SELECT serial FROM certificate WHERE enrolment = t.enrolment
                     ORDER BY issued_at DESC LIMIT 1)
                LEFT JOIN identity_key k ON k.spki_sha256 = c.spki_sha256
                LEFT JOIN standing s ON s.id =
                    (SELECT max(id) FROM standing WHERE enrolment = t.enrolment)
                WHERE t.removed_at IS NULL
                """;
        return database.all(sql, row -> tracker(row, fleets));
    }

    private static TrackerRow tracker(ResultSet row, FleetPolicy fleets) throws SQLException {
        Instant expiresAt = instant(row, "token_expires_at");
        Instant addedAt = instant(row, "added_at");
        var id = new TrackerId(row.getString("fleet"), row.getString("name"));
        row.getLong("enrolled_at");
        Tracker.State state = row.wasNull() ? new Tracker.Invited(expiresAt) : enrolled(row);
        Tracker.Stand stand =
                row.getString("standing") == null
                        ? new Tracker.Stand(Standing.ACTIVE, addedAt, "")
                        : stand(row);
        MethodPolicy methods =
                RightsTables.policy(
                        row.getString("methods"),
                        MethodPolicy.Source.TRACKER,
                        fleets.of(id.fleet()));
        return new TrackerRow(
                new Tracker(id, row.getLong("enrolment"), addedAt, state, stand, methods),
                Token.of(row.getBytes("token_sha256"), expiresAt));
    }

    private static Tracker.Enrolled enrolled(ResultSet row) throws SQLException {
        return new Tracker.Enrolled(
                instant(row, "enrolled_at"),
                CertificateCodec.trackerKey(row.getBytes("spki")),
                row.getString("spki_sha256"),
                row.getString("serial"),
                instant(row, "not_after"));
    }

    private static Tracker.Stand stand(ResultSet row) throws SQLException {
        String word = row.getString("standing");
        try {
            return new Tracker.Stand(
                    Standing.valueOf(word.toUpperCase(Locale.ROOT)),
                    instant(row, "at"),
                    row.getString("reason"));
        } catch (IllegalArgumentException e) {
            throw new SQLException("not a standing: " + word, e);
        }
    }

    /** The number that it is given: one more than any that was ever given. */
    long insertTracker(TrackerId id, Instant addedAt, Token token) throws SQLException {
        return database.one(
                "INSERT INTO tracker(fleet, name, added_at, token_sha256, token_expires_at)"
                        + " VALUES (?, ?, ?, ?, ?) RETURNING enrolment",
                row -> row.getLong(1),
                id.fleet(),
                id.tracker(),
                addedAt.toEpochMilli(),
                token.sha256(),
                token.expiresAt().toEpochMilli());
    }

    void markRemoved(long enrolment, Instant at) throws SQLException {
        database.update(
                "UPDATE tracker SET removed_at = ? WHERE enrolment = ?",
                at.toEpochMilli(),
                enrolment);
    }

    void setTrackerMethods(long enrolment, @Nullable Set<Method> methods) throws SQLException {
        database.update(
                "UPDATE tracker SET methods = ? WHERE enrolment = ?", text(methods), enrolment);
    }

    void insertStanding(long enrolment, Tracker.Stand stand) throws SQLException {
        database.update(
                "INSERT INTO standing(enrolment, standing, at, reason) VALUES (?, ?, ?, ?)",
                enrolment,
                stand.standing().name().toLowerCase(Locale.ROOT),
                stand.since().toEpochMilli(),
                stand.reason());
        database.update(
                "DELETE FROM standing WHERE enrolment = ? AND id NOT IN (SELECT id FROM standing"
                        + " WHERE enrolment = ? ORDER BY id DESC LIMIT ?)",
                enrolment,
                enrolment,
                STANDINGS_MAX);
    }

    /** The newest first. */
    List<Tracker.Stand> standings(long enrolment) throws SQLException {
        return database.all(
                "SELECT standing, at, reason FROM standing WHERE enrolment = ? ORDER BY id DESC",
                TrackerTables::stand,
                enrolment);
    }

    /** The token is used, the key is registered, the certificate is issued. */
    void markEnrolled(long enrolment, Tracker.Enrolled enrolled, X509Certificate certificate)
            throws SQLException {
        long at = enrolled.enrolledAt().toEpochMilli();
        database.update("UPDATE tracker SET enrolled_at = ? WHERE enrolment = ?", at, enrolment);
        database.update(
                "INSERT INTO identity_key(spki_sha256, spki, enrolment) VALUES (?, ?, ?)",
                enrolled.keySha256(),
                enrolled.identityKey().getEncoded(),
                enrolment);
        database.update(
                "INSERT INTO certificate(serial, enrolment, spki_sha256, issued_at, not_after, der)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                enrolled.certificateSerial(),
                enrolment,
                enrolled.keySha256(),
                at,
                enrolled.certificateNotAfter().toEpochMilli(),
                CertificateCodec.encode(certificate));
    }

    X509Certificate certificate(String serial) throws SQLException {
        return database.one(
                "SELECT der FROM certificate WHERE serial = ?",
                row -> CertificateCodec.decode(row.getBytes(1)),
                serial);
    }

    /** Of every tracker that is there now. */
    <T> List<T> certificates(RegistryDatabase.Reader<T> reader) throws SQLException {
        return database.all(
                """
                SELECT t.enrolment AS number, t.fleet || '.' || t.name AS name, c.der
                FROM certificate c JOIN tracker t ON t.enrolment = c.enrolment
                WHERE t.removed_at IS NULL AND c.serial NOT IN (SELECT serial FROM revocation)
                """,
                reader);
    }

    private static @Nullable String text(@Nullable Set<Method> methods) {
        return methods == null ? null : RightsTables.text(methods);
    }
}
