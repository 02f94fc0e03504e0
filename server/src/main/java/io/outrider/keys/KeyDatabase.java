package io.outrider.keys;

import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

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
                    CREATE TABLE sealing_key(
                        suite TEXT NOT NULL,
                        public_key BLOB NOT NULL,
                        wrapped BLOB NOT NULL,
                        created_at INTEGER NOT NULL,
                        PRIMARY KEY (suite, public_key)) STRICT;
                    CREATE TABLE named_secret(
                        name TEXT PRIMARY KEY,
                        wrapped BLOB NOT NULL,
                        created_at INTEGER NOT NULL) STRICT;
                    CREATE TABLE fact(
                        name TEXT PRIMARY KEY,
                        value TEXT NOT NULL) STRICT;
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
