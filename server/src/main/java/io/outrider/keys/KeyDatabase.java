package io.outrider.keys;

import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The SQLite file with every key that the vault wraps. One connection, guarded by this object's
 * monitor; nothing in the file is of use without the vault.
 */
public final class KeyDatabase implements AutoCloseable {
    private static final List<String> MIGRATIONS =
            List.of(
                    """
                    CREATE TABLE data_key(
                        enrolment INTEGER PRIMARY KEY,
                        wrapped BLOB,
                        created_at INTEGER NOT NULL,
                        destroyed_at INTEGER,
                        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))) STRICT;
                    CREATE TABLE private_key(
                        purpose TEXT NOT NULL,
                        public_key BLOB NOT NULL,
                        wrapped BLOB NOT NULL,
                        created_at INTEGER NOT NULL,
                        PRIMARY KEY (purpose, public_key)) STRICT;
                    CREATE TABLE store_password(
                        store TEXT PRIMARY KEY,
                        wrapped BLOB NOT NULL,
                        created_at INTEGER NOT NULL) STRICT;
                    CREATE TABLE fact(
                        name TEXT PRIMARY KEY,
                        value TEXT NOT NULL) STRICT;
                    """,
                    """
                    CREATE TABLE installation_secret(
                        purpose TEXT PRIMARY KEY,
                        wrapped BLOB NOT NULL,
                        created_at INTEGER NOT NULL) STRICT;
                    """);

    private final Path file;
    private final Connection connection;

    private KeyDatabase(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the file, made where there is none.
     *
     * @throws OperatorException where the file is damaged or of a newer program
     */
    public static KeyDatabase openOrCreate(Path file) throws IOException, OperatorException {
        try {
            Connection connection = new DatabaseFile(file, MIGRATIONS).openForWriting();
            try (Statement statement = connection.createStatement()) {
                // What is deleted is overwritten: a destroyed key must not linger in free pages.
                statement.execute("PRAGMA secure_delete = ON");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new KeyDatabase(file, connection);
        } catch (SQLException e) {
            throw new OperatorException(
                    "%s cannot be opened: %s".formatted(file, e.getMessage()),
                    "Restore it from your backup.",
                    e);
        }
    }

    /** What was last remembered under this name: something that is no secret. */
    public Optional<String> fact(String name) throws KeyUnavailableException {
        return exclusively(connection -> {
            String sql = "SELECT value FROM fact WHERE name = ?";
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, name);
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next() ? Optional.of(rows.getString(1)) : Optional.<String>empty();
                }
            }
        });
    }

    /** Remembers all of these at once, in place of what had their names. */
    public void remember(Map<String, String> facts) throws KeyUnavailableException {
        exclusively(connection -> {
            connection.setAutoCommit(false);
            try {
                insertFacts(connection, facts);
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
            return true;
        });
    }

    private static void insertFacts(Connection connection, Map<String, String> facts)
            throws SQLException {
        String sql = "INSERT OR REPLACE INTO fact(name, value) VALUES (?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (var fact : facts.entrySet()) {
                insert.setString(1, fact.getKey());
                insert.setString(2, fact.getValue());
                insert.executeUpdate();
            }
        }
    }

    /** What one caller does with the connection, alone. */
    interface Work<T> {
        T with(Connection connection) throws SQLException, KeyUnavailableException;
    }

    synchronized <T> T exclusively(Work<T> work) throws KeyUnavailableException {
        try {
            return work.with(connection);
        } catch (SQLException e) {
            throw new KeyUnavailableException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        connection.close();
    }
}
