package io.outrider.fleet;

import io.outrider.sqlite.DatabaseFile;
import io.outrider.topic.TrackerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The tables of the registry. Times are milliseconds since 1970. For one thread at a time. */
final class RegistryDatabase implements AutoCloseable {
    private static final List<String> MIGRATIONS =
            List.of(
                    """
                    CREATE TABLE registry(identity TEXT NOT NULL) STRICT;
                    INSERT INTO registry VALUES (lower(hex(randomblob(16))));
                    CREATE TABLE fleet(
                        name TEXT PRIMARY KEY,
                        created_at INTEGER NOT NULL) STRICT;
                    CREATE TABLE tracker(
                        enrolment INTEGER PRIMARY KEY AUTOINCREMENT,
                        fleet TEXT NOT NULL REFERENCES fleet(name),
                        name TEXT NOT NULL,
                        added_at INTEGER NOT NULL,
                        removed_at INTEGER,
                        token_sha256 BLOB NOT NULL,
                        token_expires_at INTEGER NOT NULL,
                        enrolled_at INTEGER) STRICT;
                    CREATE UNIQUE INDEX tracker_now ON tracker(fleet, name)
                        WHERE removed_at IS NULL;
                    CREATE TABLE identity_key(
                        spki_sha256 TEXT PRIMARY KEY,
                        spki BLOB NOT NULL,
                        enrolment INTEGER NOT NULL REFERENCES tracker(enrolment)) STRICT;
                    CREATE TABLE certificate(
                        serial TEXT PRIMARY KEY,
                        enrolment INTEGER NOT NULL REFERENCES tracker(enrolment),
                        spki_sha256 TEXT NOT NULL REFERENCES identity_key(spki_sha256),
                        issued_at INTEGER NOT NULL,
                        not_after INTEGER NOT NULL,
                        der BLOB NOT NULL) STRICT;
                    CREATE INDEX certificate_by_enrolment ON certificate(enrolment, issued_at);
                    """);

    private final Connection connection;

    private RegistryDatabase(Connection connection) {
        this.connection = connection;
    }

    static RegistryDatabase open(Path file) throws IOException, SQLException {
        return new RegistryDatabase(new DatabaseFile(file, MIGRATIONS).openForWriting());
    }

    String identity() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT identity FROM registry")) {
            if (!rows.next()) {
                throw new SQLException("the registry has lost its identity");
            }
            return rows.getString(1);
        }
    }

    /** Trackers that are there now, with the newest certificate of each. */
    List<Registry.Entry> entries() throws SQLException {
        String sql =
                """
                SELECT t.enrolment, t.fleet, t.name, t.added_at, t.token_sha256,
                    t.token_expires_at, t.enrolled_at, k.spki, k.spki_sha256, c.serial, c.not_after
                FROM tracker t
                LEFT JOIN certificate c ON c.serial =
                    (SELECT serial FROM certificate WHERE enrolment = t.enrolment
                     ORDER BY issued_at DESC LIMIT 1)
                LEFT JOIN identity_key k ON k.spki_sha256 = c.spki_sha256
                WHERE t.removed_at IS NULL
                """;
        var entries = new ArrayList<Registry.Entry>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                entries.add(entry(row));
            }
        }
        return entries;
    }

    private static Registry.Entry entry(ResultSet row) throws SQLException {
        Instant expiresAt = instant(row, "token_expires_at");
        var id = new TrackerId(row.getString("fleet"), row.getString("name"));
        var token = Token.of(row.getBytes("token_sha256"), expiresAt);
        row.getLong("enrolled_at");
        Tracker.State state = row.wasNull() ? new Tracker.Invited(expiresAt) : enrolled(row);
        Instant addedAt = instant(row, "added_at");
        return new Registry.Entry(new Tracker(id, row.getLong("enrolment"), addedAt, state), token);
    }

    private static Tracker.Enrolled enrolled(ResultSet row) throws SQLException {
        return new Tracker.Enrolled(
                instant(row, "enrolled_at"),
                publicKey(row.getBytes("spki")),
                row.getString("spki_sha256"),
                row.getString("serial"),
                instant(row, "not_after"));
    }

    List<Fleet> fleets() throws SQLException {
        String sql =
                """
                SELECT name, created_at, (SELECT count(*) FROM tracker t
                    WHERE t.fleet = f.name AND t.removed_at IS NULL) AS trackers
                FROM fleet f ORDER BY name
                """;
        var fleets = new ArrayList<Fleet>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                fleets.add(
                        new Fleet(
                                row.getString("name"),
                                instant(row, "created_at"),
                                row.getInt("trackers")));
            }
        }
        return fleets;
    }

    boolean hasFleet(String name) throws SQLException {
        return exists("SELECT 1 FROM fleet WHERE name = ?", name);
    }

    void insert(Fleet fleet) throws SQLException {
        String sql = "INSERT INTO fleet(name, created_at) VALUES (?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, fleet.name());
            insert.setLong(2, fleet.createdAt().toEpochMilli());
            insert.executeUpdate();
        }
    }

    /** Gives the tracker its number: one more than any that was ever given. */
    Registry.Entry insert(TrackerId id, Instant addedAt, Token token) throws SQLException {
        String sql =
                "INSERT INTO tracker(fleet, name, added_at, token_sha256, token_expires_at)"
                        + " VALUES (?, ?, ?, ?, ?) RETURNING enrolment";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, id.fleet());
            insert.setString(2, id.tracker());
            insert.setLong(3, addedAt.toEpochMilli());
            insert.setBytes(4, token.sha256());
            insert.setLong(5, token.expiresAt().toEpochMilli());
            try (ResultSet row = insert.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("no enrolment number was given");
                }
                var invited = new Tracker.Invited(token.expiresAt());
                return new Registry.Entry(new Tracker(id, row.getLong(1), addedAt, invited), token);
            }
        }
    }

    void markRemoved(long enrolment, Instant at) throws SQLException {
        setTime("UPDATE tracker SET removed_at = ? WHERE enrolment = ?", at, enrolment);
    }

    boolean isKeyKnown(String keySha256) throws SQLException {
        return exists("SELECT 1 FROM identity_key WHERE spki_sha256 = ?", keySha256);
    }

    /** In one transaction: the token is used, the key is registered, the certificate is issued. */
    void markEnrolled(long enrolment, Tracker.Enrolled enrolled, X509Certificate certificate)
            throws SQLException {
        connection.setAutoCommit(false);
        try {
            Instant at = enrolled.enrolledAt();
            setTime("UPDATE tracker SET enrolled_at = ? WHERE enrolment = ?", at, enrolment);
            insertKey(enrolment, enrolled);
            insertCertificate(enrolment, enrolled, certificate);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void insertKey(long enrolment, Tracker.Enrolled enrolled) throws SQLException {
        String sql = "INSERT INTO identity_key(spki_sha256, spki, enrolment) VALUES (?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, enrolled.keySha256());
            insert.setBytes(2, enrolled.identityKey().getEncoded());
            insert.setLong(3, enrolment);
            insert.executeUpdate();
        }
    }

    private void insertCertificate(
            long enrolment, Tracker.Enrolled enrolled, X509Certificate certificate)
            throws SQLException {
        String sql =
                "INSERT INTO certificate(serial, enrolment, spki_sha256, issued_at, not_after, der)"
                        + " VALUES (?, ?, ?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, enrolled.certificateSerial());
            insert.setLong(2, enrolment);
            insert.setString(3, enrolled.keySha256());
            insert.setLong(4, enrolled.enrolledAt().toEpochMilli());
            insert.setLong(5, enrolled.certificateNotAfter().toEpochMilli());
            insert.setBytes(6, certificate.getEncoded());
            insert.executeUpdate();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate of our own has no encoding", e);
        }
    }

    X509Certificate certificate(String serial) throws SQLException {
        String sql = "SELECT der FROM certificate WHERE serial = ?";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, serial);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("certificate " + serial + " is not in the registry");
                }
                var der = new ByteArrayInputStream(row.getBytes(1));
                return (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(der);
            }
        } catch (CertificateException e) {
            throw new SQLException("certificate " + serial + " is damaged", e);
        }
    }

    private boolean exists(String sql, String argument) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, argument);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    private void setTime(String sql, Instant at, long enrolment) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, at.toEpochMilli());
            update.setLong(2, enrolment);
            update.executeUpdate();
        }
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    private static PublicKey publicKey(byte[] spki) throws SQLException {
        try {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            throw new SQLException("a tracker's key is damaged", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
