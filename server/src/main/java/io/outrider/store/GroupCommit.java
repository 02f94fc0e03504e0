package io.outrider.store;

import io.outrider.keys.KeyUnavailableException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one thread that writes, many writes a commit. A future completes only after the commit that
 * holds its write, on a second thread, so that what hangs on it never delays the next commit. What
 * waits is bounded; past the bound, and while commits fail, futures complete as unavailable.
 */
final class GroupCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());

    /** A batch below this part of the largest is little. */
    private static final int LITTLE = 10;

    /** Something to be written in the transaction of the moment. */
    @FunctionalInterface
    interface Write {
        Outcome apply(Tables tables)
                throws SQLException, KeyUnavailableException, AtRest.ErasedException;
    }

    /** Where the writer finds the tables, also after a failure. */
    @FunctionalInterface
    interface Opener {
        Tables open() throws SQLException;
    }

    private static final class Pending {
        final Write write;
        final int weight;
        final CompletableFuture<Outcome> done = new CompletableFuture<>();
        Outcome outcome = new Outcome.Unavailable("not written yet");

        Pending(Write write, int weight) {
            this.write = write;
            this.weight = weight;
        }
    }

    private final Opener opener;
    private final StoreLimits limits;
    private final InstantSource clock;
    private final Consumer<List<Segment>> onCommit;
    private final Semaphore room;
    private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final ExecutorService acknowledger;
    private final Thread writer;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Tables tables; // the writer's alone
    private volatile Map<String, Long> counts;
    private volatile boolean closed;
    private volatile @Nullable Instant commitBegan;
    private volatile @Nullable Instant failingSince;
    private volatile String failure = "";
    private volatile @Nullable Instant fullSince;

    /**
     * @param onCommit hears of committed positions, before their futures complete
     */
    GroupCommit(
            Opener opener,
            StoreLimits limits,
            InstantSource clock,
            Consumer<List<Segment>> onCommit)
            throws SQLException {
        this.opener = opener;
        Tables opened = opener.open();
        this.tables = opened;
        this.counts = opened.counts();
        this.limits = limits;
        this.clock = clock;
        this.onCommit = onCommit;
        this.room = new Semaphore(limits.waitingMax());
        this.acknowledger =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("store acknowledger").daemon().factory());
        this.writer = Thread.ofPlatform().name("store writer").daemon().start(this::run);
    }

    /**
     * Queues a write; never waits.
     *
     * @param weight what it takes up while it waits: 1 and its positions
     */
    CompletableFuture<Outcome> submit(int weight, Write write) {
        var pending = new Pending(write, weight);
        if (closed || !room.tryAcquire(weight)) {
            fullSince = fullSince == null ? clock.instant() : fullSince;
            pending.done.complete(new Outcome.Unavailable(closed ? "closed" : "too much waits"));
            return pending.done;
        }
        queue.add(pending);
        return pending.done;
    }

    /** By name, as of the last commit. */
    Map<String, Long> counts() {
        return counts;
    }

    Health health() {
        int waiting = limits.waitingMax() - room.availablePermits();
        Instant failing = failingSince;
        if (failing != null) {
            return new Health(Health.State.FAILING, failure, failing, waiting);
        }
        Instant began = commitBegan;
        if (began != null && began.plus(limits.slowAfter()).isBefore(clock.instant())) {
            return new Health(Health.State.SLOW, "a commit takes long", began, waiting);
        }
        Instant full = fullSince;
        if (full != null) {
            return new Health(Health.State.SLOW, "more comes than can be stored", full, waiting);
        }
        return new Health(Health.State.WELL, "", Instant.EPOCH, waiting);
    }

    /** Commits what waits, then ends. What cannot be committed completes as unavailable. */
    @Override
    public void close() {
        closed = true;
        closing.countDown();
        queue.add(new Pending(tables -> new Outcome.Committed(), 0)); // wakes the writer
        try {
            writer.join();
            discardTables();
            acknowledger.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed || !queue.isEmpty()) {
            commit(gather());
        }
    }

    /**
     * What waits, at least one. Where it is little the writer sleeps a few milliseconds, rather
     * than being woken by each write that comes, and takes what has come by then.
     */
    private List<Pending> gather() {
        List<Pending> batch = new ArrayList<>();
        try {
            batch.add(queue.take());
            if (queue.size() < limits.writesPerCommitMax() / LITTLE && !closed) {
                Thread.sleep(limits.gatherMax());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the writer", e);
        }
        queue.drainTo(batch, limits.writesPerCommitMax() - 1);
        return batch;
    }

    private void commit(List<Pending> batch) {
        commitBegan = clock.instant();
        try {
            List<Segment> added = attempt(batch);
            commitBegan = null;
            judge(batch);
            acknowledge(batch, added);
        } catch (SQLException
                | KeyUnavailableException
                | AtRest.ErasedException
                | RuntimeException e) {
            // The writer's thread ends here or nowhere: whatever it was, later writes must go on.
            commitBegan = null;
            discardTables();
            failed(batch, e);
        }
    }

    private List<Segment> attempt(List<Pending> batch)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        Tables tables = this.tables;
        if (tables == null) {
            tables = opener.open();
            this.tables = tables;
        }
        tables.begin();
        for (Pending pending : batch) {
            pending.outcome = pending.write.apply(tables);
        }
        List<Segment> added = tables.commit();
        counts = tables.counts();
        return added;
    }

    /** What a failed commit left behind, in memory or in the connection, is not to be trusted. */
    private void discardTables() {
        Tables discarded = tables;
        tables = null;
        if (discarded != null) {
            try {
                discarded.close();
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "a statement that does not close", e);
            }
        }
    }

    private void failed(List<Pending> batch, Exception cause) {
        if (batch.size() > 1 && !isOfTheDisk(cause)) {
            // One write may have spoilt it for all: each once more, alone.
            batch.forEach(pending -> commit(List.of(pending)));
            return;
        }
        alarm(String.valueOf(cause.getMessage()), cause);
        var unavailable = new Outcome.Unavailable(failure);
        batch.forEach(pending -> pending.outcome = unavailable);
        acknowledge(batch, List.of());
        pause();
    }

    /** A commit that succeeded ends the alarm, unless a key was missing for a part of it. */
    private void judge(List<Pending> batch) {
        for (Pending pending : batch) {
            if (pending.outcome instanceof Outcome.Unavailable(String why)) {
                alarm(why, null);
                return;
            }
        }
        if (failingSince != null) {
            LOG.log(System.Logger.Level.INFO, "the store commits again");
            failingSince = null;
        }
    }

    private void alarm(String why, @Nullable Exception cause) {
        if (failingSince == null) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "cannot store; nothing that was acknowledged is lost: " + why,
                    cause);
            failingSince = clock.instant();
        }
        failure = why;
    }

    private void acknowledge(List<Pending> batch, List<Segment> added) {
        acknowledger.execute(() -> {
            try {
                onCommit.accept(added);
            } finally {
                settle(batch);
            }
        });
    }

    private void settle(List<Pending> batch) {
        batch.forEach(pending -> room.release(pending.weight));
        if (room.availablePermits() > limits.waitingMax() / 2) {
            fullSince = null;
        }
        batch.forEach(pending -> pending.done.complete(pending.outcome));
    }

    private void pause() {
        try {
            if (closing.await(limits.retryAfter().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "closing while the store cannot commit");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the writer", e);
        }
    }

    private static boolean isOfTheDisk(Exception cause) {
        if (!(cause instanceof SQLiteException sqlite)) {
            return false;
        }
        int primary = sqlite.getResultCode().code & 0xff;
        return primary != SQLiteErrorCode.SQLITE_CONSTRAINT.code
                && primary != SQLiteErrorCode.SQLITE_MISMATCH.code;
    }
}
