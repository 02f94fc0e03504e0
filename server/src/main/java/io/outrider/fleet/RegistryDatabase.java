package io.outrider.fleet;

import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry's file: one connection, and how statements run on it. For one thread at a time. */
final class RegistryDatabase implements AutoCloseable {
    private final DatabaseFile file;
    private final Connection connection;

    private RegistryDatabase(DatabaseFile file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    static RegistryDatabase open(Path path) throws IOException, SQLException {
        var file = new DatabaseFile(path, RegistrySchema.MIGRATIONS);
        Connection connection = file.openForWriting();
        try (Statement statement = connection.createStatement()) {
            // What is deleted is overwritten: a replaced password must not linger in free pages.
            statement.execute("PRAGMA secure_delete = ON");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return new RegistryDatabase(file, connection);
    }

    /** What is wrong with the file, if anything is. */
    Optional<String> trouble() {
        return file.trouble();
    }

    String identity() throws SQLException {
        return one("SELECT identity FROM registry", row -> row.getString(1));
    }

    /** Makes a value of the row that it is shown. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * What each row says.
     *
     * @param arguments text, byte arrays, whole numbers, null
     */
    <T> List<T> all(String sql, Reader<T> reader, @Nullable Object... arguments)
            throws SQLException {
        try (PreparedStatement query = prepared(sql, arguments);
                ResultSet rows = query.executeQuery()) {
            var values = new ArrayList<T>();
            while (rows.next()) {
                values.add(reader.read(rows));
            }
            return values;
        }
    }

    /** What the only row says; a statement that may find none is one for {@link #all}. */
    <T> T one(String sql, Reader<T> reader, @Nullable Object... arguments) throws SQLException {
        List<T> values = all(sql, reader, arguments);
        if (values.size() != 1) {
            throw new SQLException("%d rows instead of one for: %s".formatted(values.size(), sql));
        }
        return values.getFirst();
    }

    boolean exists(String sql, @Nullable Object... arguments) throws SQLException {
        return !all(sql, _ -> true, arguments).isEmpty();
    }

    /** How many rows it changed. */
    int update(String sql, @Nullable Object... arguments) throws SQLException {
        file.requireInPlace();
        try (PreparedStatement update = prepared(sql, arguments)) {
            return update.executeUpdate();
        }
    }

    private PreparedStatement prepared(String sql, @Nullable Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /** Statements that belong together. */
    interface Work<T> {
        T done() throws SQLException;
    }

    /** All of the work is durable when this returns, or none of it. */
    <T> T atOnce(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T value = work.done();
            connection.commit();
            return value;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
