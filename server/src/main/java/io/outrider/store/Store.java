package io.outrider.store;

import io.outrider.check.Checks;
import io.outrider.keys.DataKeys;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.Announcement;
import io.outrider.seal.Bytes;
import io.outrider.seal.Secret;
import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Positions, each once, keyed by enrolment, journal and sequence. What a write's future says is
 * durable when it completes; it never blocks its caller. Reads have their own connections and never
 * wait for a write. Safe for use by many threads; one process opens a file.
 */
public final class Store implements AutoCloseable {
    /** Pages of the log before it is folded into the database: 32 MiB. */
    private static final int WAL_PAGES_MAX = 8_192;

    private final DataKeys keys;
    private final Connection connection;
    private final Readers readers;
    private final GroupCommit commits;
    private final Latest latest = new Latest();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    private Store(
            Connection connection,
            DatabaseFile file,
            DataKeys keys,
            StoreLimits limits,
            InstantSource clock)
            throws SQLException {
        this.keys = keys;
        this.connection = connection;
        this.readers = new Readers(file, keys, limits.readersMax());
        Instant latestTime = clock.instant().plus(Checks.AHEAD_MAX);
        readers.read((reader, atRest) -> latest.rebuild(reader, atRest, latestTime));
        this.commits =
                new GroupCommit(
                        () -> Tables.open(connection, file, keys, limits),
                        limits,
                        clock,
                        this::committed);
    }

    /**
     * Opens the file, made where there is none.
     *
     * @throws SQLException where it is damaged or of a newer program
     * @throws StoreException where what is in it cannot be read, for want of a key or otherwise
     */
    public static Store open(Path file, DataKeys keys, StoreLimits limits, InstantSource clock)
            throws IOException, SQLException {
        var database = new DatabaseFile(file, Schema.MIGRATIONS);
        return open(database.openForWriting(), database, keys, limits, clock);
    }

    /** Over a connection that becomes the writer's; it is closed where this fails. */
    static Store open(
            Connection connection,
            DatabaseFile database,
            DataKeys keys,
            StoreLimits limits,
            InstantSource clock)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA cache_size = -" + limits.pageCacheKib());
            statement.execute("PRAGMA wal_autocheckpoint = " + WAL_PAGES_MAX);
            return new Store(connection, database, keys, limits, clock);
        } catch (SQLException | StoreException e) {
            connection.close();
            throw e;
        }
    }

    /** Keeps a report: its positions, each once, and its counter, both or neither. */
    public CompletableFuture<Outcome> add(ReceivedReport report) {
        int weight = 1 + report.verdicts().size();
        return commits.submit(weight, tables -> tables.add(report));
    }

    /**
     * Keeps an epoch that was announced. Makes the tracker's data key where there was none, so this
     * may take milliseconds before it returns.
     *
     * @param secret the epoch secret, of which a wrapped copy is kept
     * @param payload the announcement as it came
     */
    public CompletableFuture<Outcome> add(
            long enrolment,
            Announcement announced,
            Secret secret,
            Instant receivedAt,
            Bytes payload) {
        try {
            byte[] wrapped = KnownEpoch.wrap(enrolment, announced, secret, new AtRest(keys));
            var epoch =
                    new AnnouncedEpoch(
                            enrolment, announced, Bytes.copyOf(wrapped), receivedAt, payload);
            return commits.submit(1, tables -> tables.add(epoch));
        } catch (KeyUnavailableException e) {
            return CompletableFuture.completedFuture(
                    new Outcome.Unavailable(String.valueOf(e.getMessage())));
        } catch (AtRest.ErasedException e) {
            return CompletableFuture.completedFuture(new Outcome.Erased());
        }
    }

    /** Counts a refused message and keeps it for inspection. */
    public CompletableFuture<Outcome> add(RefusedMessage refusal) {
        return commits.submit(1, tables -> tables.add(refusal));
    }

    /** Counts a message that was refused for want of an epoch; there is nothing to inspect. */
    public CompletableFuture<Outcome> countUnknownEpoch() {
        return commits.submit(1, Tables::countUnknownEpoch);
    }

    /**
     * The epoch, of a tracker's last 256, whose number has this low byte.
     *
     * @throws StoreException where the database fails
     */
    public Optional<KnownEpoch> epoch(long enrolment, int lowByte) {
        return readers.read((reader, _) -> Reads.epoch(reader, enrolment, lowByte));
    }

    /**
     * The epoch's secret, which the caller closes. Empty where the tracker was erased.
     *
     * @throws StoreException where the key vault fails
     */
    public Optional<Secret> secret(KnownEpoch epoch) {
        return readers.read((_, atRest) -> epoch.unwrap(atRest));
    }

    /**
     * One tracker's positions in the order of {@link StoredPosition#BY_TIME}, read as they are
     * asked for.
     *
     * @param from inclusive
     * @param to exclusive
     */
    public Iterator<StoredPosition> history(long enrolment, Instant from, Instant to) {
        return new History(readers, enrolment, from, to);
    }

    /** The latest position of one tracker, from memory. */
    public Optional<StoredPosition> latest(long enrolment) {
        return latest.of(enrolment);
    }

    /** The latest position of each tracker, from memory. */
    public Collection<StoredPosition> latest() {
        return latest.all();
    }

    /**
     * What is missing of one tracker: gaps and dropped runs, by journal and sequence.
     *
     * @param countMax runs at most
     */
    public List<MissingRun> missing(long enrolment, int countMax) {
        return readers.read((reader, _) -> Reads.missing(reader, enrolment, countMax));
    }

    /** Refused messages, newest first. */
    public List<RefusedMessage> refused(int countMax) {
        return readers.read((reader, atRest) -> Reads.refused(reader, atRest, countMax));
    }

    /** All counts as of the last commit, from memory. */
    public Counts counts() {
        return Counts.of(commits.counts());
    }

    public Health health() {
        return commits.health();
    }

    /**
     * Every position that is stored from now on, once it is.
     *
     * @param waitingMax positions that may wait for this listener
     */
    public Subscription subscribe(int waitingMax) {
        var subscription = new Subscription(waitingMax, subscriptions::remove);
        subscriptions.add(subscription);
        return subscription;
    }

    /** Commits what waits and closes the file. */
    @Override
    public void close() throws SQLException {
        commits.close();
        readers.close();
        connection.close();
    }

    private void committed(List<Segment> added) {
        List<StoredPosition> positions = new ArrayList<>();
        for (Segment segment : added) {
            positions.addAll(segment.stored());
            latest.offer(positions.getLast());
        }
        if (!positions.isEmpty()) {
            subscriptions.forEach(subscription -> subscription.offer(positions));
        }
    }
}
