package io.outrider.store;

import static io.outrider.store.TestTracker.await;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.KeyMaterial;
import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full or slow: nothing is acknowledged, nothing is lost, and it goes on after. */
@Timeout(60)
class DiskTroubleTest {
    private static final StoreLimits LIMITS =
            new StoreLimits(
                    50,
                    Duration.ofMillis(1),
                    200,
                    Duration.ofMillis(50),
                    Duration.ofMillis(200),
                    2,
                    1_000,
                    100,
                    100,
                    10,
                    100,
                    1_024);

    @TempDir Path directory;
    private KeyMaterial keys;

    @BeforeEach
    void openKeys() throws Exception {
        keys = TestKeys.in(directory);
    }

    @AfterEach
    void closeKeys() throws Exception {
        keys.close();
    }

    @Test
    void a_full_database_withholds_answers_and_recovers_when_there_is_room() throws Exception {
        var file = new DatabaseFile(directory.resolve("positions.db"), Schema.MIGRATIONS);
        Connection connection = file.openForWriting();
        try (Store store =
                Store.open(connection, file, keys.dataKeys(), LIMITS, InstantSource.system())) {
            TestTracker truck = TestTracker.announced(store, 1);

            pragma(connection, "max_page_count = 40");
            long refusedFrom = sendUntilUnavailable(store, truck);
            assertThat(store.health().state()).isEqualTo(Health.State.FAILING);
            assertThat(store.health().why()).containsIgnoringCase("full");

            pragma(connection, "max_page_count = 1000000");
            assertRecovers(store, truck, refusedFrom);
        }
    }

    @Test
    void a_full_file_system_withholds_answers_and_recovers_when_there_is_room() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()))
                .as("a small file system needs root: sudo make check")
                .isTrue();
        try (Store store =
                Store.open(
                        disk.resolve("positions.db"),
                        keys.dataKeys(),
                        LIMITS,
                        InstantSource.system())) {
            TestTracker truck = TestTracker.announced(store, 1);

            long refusedFrom = sendUntilUnavailable(store, truck);
            assertThat(store.health().state()).isEqualTo(Health.State.FAILING);

            assertThat(run("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
            assertRecovers(store, truck, refusedFrom);
        } finally {
            assertThat(run("umount", "-l", disk.toString())).isTrue();
        }
    }

    @Test
    void a_slow_commit_raises_an_alarm_and_what_is_too_much_is_not_taken() throws Exception {
        var file = new DatabaseFile(directory.resolve("positions.db"), Schema.MIGRATIONS);
        try (Store store =
                        Store.open(
                                directory.resolve("positions.db"),
                                keys.dataKeys(),
                                LIMITS,
                                InstantSource.system());
                Connection other = file.openForWriting()) {
            TestTracker truck = TestTracker.announced(store, 1);
            assertThat(store.health().state()).isEqualTo(Health.State.WELL);

            pragma(other, "user_version");
            execute(other, "BEGIN IMMEDIATE");
            List<CompletableFuture<Outcome>> taken = new ArrayList<>();
            CompletableFuture<Outcome> last = truck.send(TestTracker.run(0, 10));
            while (!last.isDone()) {
                taken.add(last);
                last = truck.send(TestTracker.run(10L * taken.size(), 10));
            }
            assertThat(await(last)).isInstanceOf(Outcome.Unavailable.class);
            assertThat(taken).hasSizeLessThanOrEqualTo(200 / 11).noneMatch(it -> it.isDone());
            Thread.sleep(300);
            assertThat(store.health().state()).isEqualTo(Health.State.SLOW);

            execute(other, "COMMIT");
            for (var outcome : taken) {
                assertThat(await(outcome)).isEqualTo(new Outcome.Committed());
            }
            assertThat(store.health())
                    .extracting(Health::state, Health::why)
                    .containsExactly(Health.State.WELL, "");
            assertThat(sequences(store)).hasSize(10 * taken.size());
        }
    }

    @Test
    void closing_while_the_disk_is_full_ends_and_answers_everything() throws Exception {
        var file = new DatabaseFile(directory.resolve("positions.db"), Schema.MIGRATIONS);
        Connection connection = file.openForWriting();
        Store store = Store.open(connection, file, keys.dataKeys(), LIMITS, InstantSource.system());
        TestTracker truck = TestTracker.announced(store, 1);
        pragma(connection, "max_page_count = 1");
        sendUntilUnavailable(store, truck);
        var waiting = truck.send(TestTracker.run(900_000, 1));

        store.close();

        assertThat(waiting).isDone();
        assertThat(await(truck.send(TestTracker.run(900_001, 1))))
                .isInstanceOf(Outcome.Unavailable.class);
    }

    /** The first sequence that was not taken. */
    private static long sendUntilUnavailable(Store store, TestTracker truck) throws Exception {
        for (long first = 0; first < 100_000; first += 100) {
            Outcome once = await(truck.send(TestTracker.run(first, 100)));
            // After a failure what has landed settles, and that may make room.
            Outcome again = await(truck.send(TestTracker.run(first, 100)));
            if (once instanceof Outcome.Unavailable && again instanceof Outcome.Unavailable) {
                assertThat(sequences(store)).hasSize((int) first);
                return first;
            }
        }
        throw new AssertionError("the disk was never full");
    }

    private static void assertRecovers(Store store, TestTracker truck, long from) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        while (await(truck.send(TestTracker.run(from, 100))) instanceof Outcome.Unavailable) {
            assertThat(Instant.now()).isBefore(deadline);
        }
        assertThat(store.health().state()).isEqualTo(Health.State.WELL);
        assertThat(sequences(store)).hasSize((int) from + 100).doesNotHaveDuplicates();
        assertThat(store.counts().accepted()).isEqualTo(from + 100);
        assertThat(store.counts().gaps()).isZero();
    }

    private static List<Long> sequences(Store store) {
        List<Long> sequences = new ArrayList<>();
        store.history(1, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))
                .forEachRemaining(stored -> sequences.add(stored.sequence()));
        return sequences;
    }

    private static void pragma(Connection connection, String pragma) throws Exception {
        execute(connection, "PRAGMA " + pragma);
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
