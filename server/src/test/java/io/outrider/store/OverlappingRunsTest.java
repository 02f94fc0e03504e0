package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.await;
import static io.outrider.store.TestTracker.dropped;
import static io.outrider.store.TestTracker.position;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.KeyMaterial;
import io.outrider.position.Run;
import io.outrider.sqlite.DatabaseFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random runs that overlap, in random order, against a set of sequences. */
class OverlappingRunsTest {
    private static final int ROUNDS = 4;
    private static final int REPORTS = 120;

    /** Settles after a few reports, in the middle of whatever the run is about. */
    static final StoreLimits SETTLING_OFTEN =
            new StoreLimits(
                    5,
                    Duration.ZERO,
                    65_536,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(2),
                    2,
                    50,
                    7,
                    100,
                    10,
                    100,
                    1_024);

    @TempDir Path directory;

    @Test
    void a_store_is_a_set_of_sequences_and_knows_what_is_missing_in_it() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        var random = new Random(seed);
        try (KeyMaterial keys = TestKeys.in(directory)) {
            for (int round = 0; round < ROUNDS; round++) {
                StoreLimits limits = round % 2 == 0 ? StoreLimits.DEFAULT : SETTLING_OFTEN;
                Store store = open(keys, limits);
                TestTracker tracker = TestTracker.announced(store, 1 + round);
                var model = new Model();
                for (int part = 0; part < 3; part++) {
                    sendAll(tracker, model, random);
                    compare(store, tracker, model, "seed " + seed + " round " + round);
                    store.close();
                    store = open(keys, limits);
                    tracker = TestTracker.resumed(store, 1 + round, 0, tracker.counter());
                }
                store.close();
            }
        }
    }

    private static void sendAll(TestTracker tracker, Model model, Random random) throws Exception {
        List<CompletableFuture<Outcome>> sent = new ArrayList<>();
        int spread = random.nextBoolean() ? 300 : 6_000;
        for (int i = 0; i < REPORTS / 3; i++) {
            long first = random.nextInt(spread);
            int count = random.nextInt(10) == 0 ? 512 : 1 + random.nextInt(40);
            Run run = random.nextInt(5) == 0 ? dropped(first, count) : run(first, count);
            model.add(run);
            sent.add(tracker.send(run));
            if (random.nextInt(4) == 0) {
                await(sent.getLast());
            }
        }
        for (var outcome : sent) {
            assertThat(await(outcome)).isEqualTo(new Outcome.Committed());
        }
    }

    private static void compare(Store store, TestTracker tracker, Model model, String seed) {
        List<StoredPosition> history = new ArrayList<>();
        store.history(tracker.enrolment, Instant.EPOCH, NOON.plusSeconds(1_000_000))
                .forEachRemaining(history::add);

        assertThat(history)
                .as(seed)
                .extracting(StoredPosition::sequence)
                .containsExactlyElementsOf(model.stored);
        assertThat(history)
                .allMatch(stored -> stored.position().equals(position(stored.sequence())));
        var missing = new TreeMap<Long, Boolean>();
        for (MissingRun run : store.missing(tracker.enrolment, 100_000)) {
            for (long i = run.first(); i < run.first() + run.count(); i++) {
                if (!model.stored.contains(i)) {
                    assertThat(missing.put(i, run.droppedFor() != 0)).as(seed).isNull();
                }
            }
        }
        assertThat(missing).as(seed).isEqualTo(model.missing());
    }

    @Test
    void a_counter_is_known_whether_it_has_settled_or_only_landed() throws Exception {
        try (KeyMaterial keys = TestKeys.in(directory)) {
            long enrolment = 0;
            for (StoreLimits limits : List.of(SETTLING_OFTEN, StoreLimits.DEFAULT)) {
                enrolment++;
                try (Store store = open(keys, limits)) {
                    TestTracker tracker = TestTracker.announced(store, enrolment);
                    for (int counter = 0; counter < 40; counter++) {
                        assertThat(await(tracker.send(run(counter, 1))))
                                .isEqualTo(new Outcome.Committed());
                        assertKnown(tracker, random(counter));
                    }
                }
                try (Store store = open(keys, limits)) {
                    TestTracker tracker = TestTracker.resumed(store, enrolment, 0, 40);
                    for (int counter = 0; counter < 40; counter++) {
                        assertKnown(tracker, counter);
                    }
                    long beyond = 10 + StoreLimits.COUNTER_WINDOW;
                    assertThat(await(tracker.sendUnder(0, beyond, beyond, run(40, 1))))
                            .isEqualTo(new Outcome.Committed());
                    assertKnown(tracker, 11);
                    assertThat(await(tracker.sendUnder(0, 10, 10, run(10, 1))))
                            .isEqualTo(new Outcome.BelowWindow());
                }
            }
        }
    }

    @Test
    void what_has_landed_settles_after_a_few_reports_and_when_the_store_is_opened()
            throws Exception {
        try (KeyMaterial keys = TestKeys.in(directory)) {
            try (Store store = open(keys, SETTLING_OFTEN)) {
                TestTracker tracker = TestTracker.announced(store, 1);
                for (int counter = 0; counter < 40; counter++) {
                    await(tracker.send(run(counter, 1)));
                    assertThat(rows("landed") + rows("sighting")).isLessThan(20);
                }
                await(tracker.send(run(40, 1)));
            }
            try (Store _ = open(keys, SETTLING_OFTEN)) {
                assertThat(rows("landed") + rows("sighting")).isZero();
                assertThat(rows("segment")).isPositive();
            }
        }
    }

    private long rows(String table) throws SQLException {
        try (Connection connection =
                        new DatabaseFile(directory.resolve("positions.db"), Schema.MIGRATIONS)
                                .openForReading();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static int random(int counter) {
        return new Random(counter).nextInt(counter + 1);
    }

    /** The tag of a test's report is its counter. */
    private static void assertKnown(TestTracker tracker, long counter) throws Exception {
        assertThat(await(tracker.sendUnder(0, counter, counter, run(counter, 1))))
                .isEqualTo(new Outcome.Duplicate());
        assertThat(await(tracker.sendUnder(0, counter, counter + 1, run(counter, 1))))
                .isInstanceOf(Outcome.Clone.class);
    }

    private Store open(KeyMaterial keys, StoreLimits limits) throws Exception {
        return Store.open(
                directory.resolve("positions.db"),
                keys.dataKeys(),
                limits,
                InstantSource.fixed(NOON));
    }

    private static final class Model {
        final TreeSet<Long> stored = new TreeSet<>();
        final Set<Long> dropped = new HashSet<>();

        void add(Run run) {
            for (long i = run.firstSequence(); i < run.firstSequence() + run.count(); i++) {
                if (run instanceof Run.Positions) {
                    stored.add(i);
                } else if (!stored.contains(i)) {
                    dropped.add(i);
                }
            }
        }

        /** Whether it was said to be dropped, of each sequence between the ends. */
        Map<Long, Boolean> missing() {
            var known = new TreeSet<>(stored);
            known.addAll(dropped);
            var missing = new TreeMap<Long, Boolean>();
            for (long i = known.first(); i <= known.last(); i++) {
                if (!stored.contains(i)) {
                    missing.put(i, dropped.contains(i));
                }
            }
            return missing;
        }
    }
}
