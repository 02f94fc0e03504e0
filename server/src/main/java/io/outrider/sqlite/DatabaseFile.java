package io.outrider.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One SQLite database file, owned by one feature, which alone knows its tables. */
public final class DatabaseFile {
    private final Path file;
    private final List<String> migrations;
    private volatile @Nullable Object opened; // which file it was, under whatever name

    /**
     * @param file created with mode 0600 when absent
     * @param migrations statements that bring an empty file to today's schema, one entry a version;
     *     entries are only ever added at the end. An entry may hold several statements, each ended
     *     by a semicolon at a line's end.
     */
    public DatabaseFile(Path file, List<String> migrations) {
        this.file = file;
        this.migrations = List.copyOf(migrations);
    }

    /**
     * A connection for reading and writing, write-ahead log, {@code synchronous=FULL}: what is
     * committed survives a power cut. The schema is brought up to date first. The connection
     * belongs to one thread at a time.
     *
     * @throws SQLException where the file is no database, or was written by a newer program
     */
    public Connection openForWriting() throws IOException, SQLException {
        createPrivately();
        try {
            Connection connection = config(false).createConnection("jdbc:sqlite:" + file);
            try {
                migrate(connection);
                opened = fileKey();
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            // SQLite's own messages do not say which of several files it is.
            throw new SQLException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * To be asked right before a commit: in a file that was removed or replaced under its open
     * connection SQLite goes on writing, and everything would be gone with the process.
     *
     * @throws SQLException where its name does not lead to the file that was opened for writing
     */
    public void requireInPlace() throws SQLException {
        if (!Objects.equals(opened, fileKey())) {
            throw new SQLiteException(
                    file + " was removed or replaced while it is in use: put it back",
                    SQLiteErrorCode.SQLITE_READONLY_DBMOVED);
        }
    }

    /**
     * What is wrong with a file that was opened for writing; empty where nothing can be seen to be.
     * Looks at its place and its first pages, not at what a connection or the write-ahead log has
     * of it. To be asked while nobody writes.
     */
    public Optional<String> trouble() {
        // By SQLite, because closing the file in any other way would end SQLite's locks on it.
        String alone = "jdbc:sqlite:" + file.toUri() + "?immutable=1";
        try {
            requireInPlace();
            try (Connection connection = config(true).createConnection(alone);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("PRAGMA page_count")) {
                return rows.next() && rows.getInt(1) > 0
                        ? Optional.empty()
                        : Optional.of(file + " is empty");
            }
        } catch (SQLException e) {
            String why = String.valueOf(e.getMessage());
            return Optional.of(why.contains(file.toString()) ? why : file + ": " + why);
        }
    }

    private @Nullable Object fileKey() {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null; // there is none that could be read
        }
    }

    /** A connection that can only read; it never waits for the writer. */
    public Connection openForReading() throws SQLException {
        return config(true).createConnection("jdbc:sqlite:" + file);
    }

    private static SQLiteConfig config(boolean readOnly) {
        var config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(10_000);
        config.enforceForeignKeys(true);
        // Nobody asks for them, and the driver would read them after every insert.
        config.setGetGeneratedKeys(false);
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        }
        return config;
    }

    /** The log and index files beside it take their mode from this file. */
    private void createPrivately() throws IOException {
        try {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // The usual case: every start but the first.
        }
    }

    private void migrate(Connection connection) throws SQLException {
        int version = version(connection);
        if (version > migrations.size()) {
            throw new SQLException(
                    "has schema " + version + ", this program knows " + migrations.size());
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String migration : migrations.subList(version, migrations.size())) {
                statement.executeUpdate(migration);
            }
            statement.execute("PRAGMA user_version = " + migrations.size());
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }
}
