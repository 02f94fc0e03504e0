package io.outrider.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The writer's prepared statements, and its transactions. After a failure a statement may be stuck,
 * so all are closed and prepared anew. For the writer's thread.
 */
final class Statements implements AutoCloseable {
    private final Connection connection;
    private final List<PreparedStatement> prepared = new ArrayList<>();
    private final PreparedStatement writeNothing;

    Statements(Connection connection) throws SQLException {
        this.connection = connection;
        // In its other mode the driver tries a BEGIN of its own before each statement.
        connection.setAutoCommit(false);
        writeNothing = prepare("DELETE FROM tally WHERE name IS NULL");
    }

    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        prepared.add(statement);
        return statement;
    }

    /**
     * Takes the write lock, and waits for it where another process has it. A transaction that began
     * with a read would not wait.
     */
    void begin() throws SQLException {
        writeNothing.executeUpdate();
    }

    /** Durable when it returns; the next statement begins another transaction. */
    void commit() throws SQLException {
        connection.commit();
    }

    /** Undoes what was not committed. */
    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : prepared) {
            statement.close();
        }
        try {
            connection.rollback();
        } catch (SQLException e) {
            // Some failures have ended the transaction already; then there is nothing to undo.
        }
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            // It is set nevertheless: what failed is the commit of a transaction that had ended.
        }
    }
}
