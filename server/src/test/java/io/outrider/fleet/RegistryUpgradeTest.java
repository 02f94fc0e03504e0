package io.outrider.fleet;

import static io.outrider.fleet.TestRegistry.made;
import static io.outrider.fleet.TestRegistry.newKey;
import static io.outrider.fleet.TestRegistry.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet.db as the first version of the program has written it. */
class RegistryUpgradeTest {
    /** Letter for letter what that version had: it is never changed again. */
    private static final String FIRST_VERSION =
            """
            CREATE TABLE registry(identity TEXT NOT NULL) STRICT;
            INSERT INTO registry VALUES ('0123456789abcdef0123456789abcdef');
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
            INSERT INTO fleet VALUES ('acme', 1795341600000);
            PRAGMA user_version = 1;
            """;

    private static final Instant THEN = Instant.parse("2026-11-22T09:00:00Z");

    @TempDir Path directory;

    @Test
    void a_file_of_a_newer_program_is_refused() throws Exception {
        try (var connection = writeFirstVersion();
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 1000");
        }

        assertThatThrownBy(() -> new TestRegistry(directory))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("has schema 1000");
    }

    @Test
    void an_upgrade_that_is_cut_off_is_made_again() throws Exception {
        try (var connection = writeFirstVersion();
                var statement = connection.createStatement()) {
            // It fails half way: nothing of it stays.
            statement.execute("CREATE TABLE password(x INTEGER)");
        }
        assertThatThrownBy(() -> new TestRegistry(directory)).isInstanceOf(SQLException.class);
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE password");
        }

        try (var test = new TestRegistry(directory)) {
            assertThat(test.registry.fleets()).hasSize(1);
        }
    }

    @Test
    void everything_of_an_old_file_is_there_and_the_new_holds_its_default() throws Exception {
        PublicKey key = newKey();
        PublicKey removedKey = newKey();
        X509Certificate certificate = TestCertificates.of(key, 0xabcdef, THEN);
        X509Certificate removed = TestCertificates.of(removedKey, 0x123456, THEN);
        try (var connection = writeFirstVersion()) {
            insert(connection, "gone", removedKey, removed);
            insert(connection, "truck-7", key, certificate);
            insertInvited(connection, "truck-8");
            try (var statement = connection.createStatement()) {
                statement.execute(
                        "UPDATE tracker SET removed_at = %d WHERE name = 'gone'"
                                .formatted(THEN.plusSeconds(9).toEpochMilli()));
            }
        }

        try (var test = new TestRegistry(directory)) {
            assertThat(test.registry.identity()).isEqualTo("0123456789abcdef0123456789abcdef");
            Tracker truck = test.tracker("acme.truck-7");
            assertThat(truck.enrolment()).isEqualTo(2);
            assertThat(truck.stand()).isEqualTo(new Tracker.Stand(Standing.ACTIVE, THEN, ""));
            assertThat(truck.methods()).isEqualTo(MethodPolicy.DEFAULT);
            assertThat(truck.state()).isInstanceOf(Tracker.Enrolled.class);
            assertThat(test.tracker("acme.truck-8").state()).isInstanceOf(Tracker.Invited.class);
            assertThat(test.knows(certificate)).isTrue();
            assertThat(test.knows(removed)).isFalse();
            assertThat(test.registry.revocations())
                    .containsExactly(
                            new Revocation(
                                    removed.getSerialNumber(),
                                    THEN.plusSeconds(9),
                                    THEN.plus(Duration.ofDays(90)),
                                    Revocation.Reason.CESSATION_OF_OPERATION));
            assertThat(test.registry.clients()).isEmpty();

            made(test.registry.quarantine("acme.truck-7", "x"));
            made(test.registry.addClient("lake", List.of(), Set.of(Method.TOKEN)));
            test.reopen();
            assertThat(test.tracker("acme.truck-7").standing()).isEqualTo(Standing.QUARANTINED);
            assertThat(test.add("acme.truck-9").enrolment()).isEqualTo(4);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("fleet.db"));
    }

    private Connection writeFirstVersion() throws Exception {
        Files.createFile(
                directory.resolve("fleet.db"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Connection connection = connect();
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(FIRST_VERSION);
        }
        return connection;
    }

    private static long insertInvited(Connection connection, String name) throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "INSERT INTO tracker(fleet, name, added_at, token_sha256, token_expires_at)"
                                + " VALUES ('acme', ?, ?, ?, ?) RETURNING enrolment")) {
            insert.setString(1, name);
            insert.setLong(2, THEN.toEpochMilli());
            insert.setBytes(3, sha256("acme." + name));
            insert.setLong(4, THEN.plus(Duration.ofDays(7)).toEpochMilli());
            try (var row = insert.executeQuery()) {
                return row.getLong(1);
            }
        }
    }

    private static void insert(
            Connection connection, String name, PublicKey key, X509Certificate certificate)
            throws Exception {
        long number = insertInvited(connection, name);
        String keySha256 = Sha256.hex(key.getEncoded());
        try (var statement = connection.createStatement();
                var insertKey =
                        connection.prepareStatement("INSERT INTO identity_key VALUES (?, ?, ?)");
                var insertCertificate =
                        connection.prepareStatement(
                                "INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?)")) {
            statement.execute(
                    "UPDATE tracker SET enrolled_at = added_at WHERE enrolment = " + number);
            insertKey.setString(1, keySha256);
            insertKey.setBytes(2, key.getEncoded());
            insertKey.setLong(3, number);
            insertKey.executeUpdate();
            insertCertificate.setString(1, certificate.getSerialNumber().toString(16));
            insertCertificate.setLong(2, number);
            insertCertificate.setString(3, keySha256);
            insertCertificate.setLong(4, THEN.toEpochMilli());
            insertCertificate.setLong(5, certificate.getNotAfter().toInstant().toEpochMilli());
            insertCertificate.setBytes(6, certificate.getEncoded());
            insertCertificate.executeUpdate();
        }
    }
}
