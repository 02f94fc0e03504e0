package io.outrider.store;

import io.outrider.keys.DataKeys;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.sqlite.DatabaseFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/** A few read connections, lent for one short read each. Safe for use by many threads. */
final class Readers implements AutoCloseable {

    @FunctionalInterface
    interface Read<T> {
        T from(Connection connection, AtRest atRest) throws SQLException, KeyUnavailableException;
    }

    private record Reader(Connection connection, AtRest atRest) {}

    private final DatabaseFile file;
    private final DataKeys keys;
    private final Semaphore turns;
    private final Deque<Reader> idle = new ArrayDeque<>(); // guarded by itself

    Readers(DatabaseFile file, DataKeys keys, int max) {
        this.file = file;
        this.keys = keys;
        this.turns = new Semaphore(max);
    }

    /**
     * Waits for its turn behind other reads, never behind the writer.
     *
     * @throws StoreException where the database or the key vault fails
     */
    <T> T read(Read<T> read) {
        turns.acquireUninterruptibly();
        try {
            Reader reader = take();
            T result = read.from(reader.connection(), reader.atRest());
            give(reader);
            return result;
        } catch (SQLException | KeyUnavailableException e) {
            // The connection is left to be collected: who knows what state it is in.
            throw new StoreException("cannot read the positions: " + e.getMessage(), e);
        } finally {
            turns.release();
        }
    }

    @Override
    public void close() throws SQLException {
        synchronized (idle) {
            for (Reader reader : idle) {
                reader.connection().close();
            }
            idle.clear();
        }
    }

    private Reader take() throws SQLException {
        synchronized (idle) {
            Reader reader = idle.poll();
            if (reader != null) {
                return reader;
            }
        }
        return new Reader(file.openForReading(), new AtRest(keys));
    }

    private void give(Reader reader) {
        synchronized (idle) {
            idle.push(reader);
        }
    }
}
