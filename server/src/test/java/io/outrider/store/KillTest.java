package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.await;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.keys.KeyMaterial;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of a process that writes, at random moments: what it was told is stored, is. */
@Timeout(120)
class KillTest {
    private static final int ROUNDS = 5;

    /**
     * Where a commit takes long, the writer must not run ahead of what it was told by more than a
     * window of counters: of those below nobody knows any more whether they were seen.
     */
    private static final int IN_FLIGHT_MAX = 200;

    @TempDir Path directory;

    @Test
    void what_was_acknowledged_before_a_kill_is_stored_once_and_its_counter_is_known()
            throws Exception {
        var random = new Random();
        long next = 0;
        var acknowledged = new TreeMap<Long, Long>(); // first sequence by counter
        for (int round = 0; round < ROUNDS; round++) {
            next = writeUntilKilled(next, random, acknowledged);
            verify(acknowledged);
        }
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
    }

    /** Returns the counter after the last that may have been written. */
    private long writeUntilKilled(long next, Random random, NavigableMap<Long, Long> acknowledged)
            throws Exception {
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xmx200m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KillTest.class.getName(),
                                directory.toString(),
                                Long.toString(next))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out = writer.inputReader(StandardCharsets.US_ASCII)) {
            int countUntilKill = 1 + random.nextInt(300);
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                long counter = Long.parseLong(line);
                acknowledged.put(counter, firstSequence(counter));
                if (--countUntilKill == 0) {
                    Thread.sleep(random.nextInt(20));
                    writer.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(writer.exitValue()).as("killed, not ended").isEqualTo(137);
        return acknowledged.lastKey() + 1 + IN_FLIGHT_MAX;
    }

    private void verify(NavigableMap<Long, Long> acknowledged) throws Exception {
        try (KeyMaterial keys = TestKeys.in(directory);
                Store store = open(directory, keys)) {
            List<Long> sequences = new ArrayList<>();
            store.history(1, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))
                    .forEachRemaining(stored -> sequences.add(stored.sequence()));

            assertThat(sequences).doesNotHaveDuplicates();
            assertThat(store.counts().accepted()).isEqualTo(sequences.size());
            for (long first : acknowledged.values()) {
                assertThat(sequences).contains(first, first + 1, first + 2);
            }
            TestTracker truck = TestTracker.resumed(store, 1, 0, 0);
            for (long counter : acknowledged.descendingKeySet().stream().limit(50).toList()) {
                Outcome again = await(truck.sendUnder(0, counter, counter, run(3 * counter, 3)));
                assertThat(again).isEqualTo(new Outcome.Duplicate());
            }
        }
    }

    /** Reports with the counters from the second argument on; prints each that is acknowledged. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        long counter = Long.parseLong(arguments[1]);
        KeyMaterial keys = TestKeys.in(directory);
        Store store = open(directory, keys);
        var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        TestTracker truck =
                counter == 0
                        ? TestTracker.announced(store, 1)
                        : TestTracker.resumed(store, 1, 0, counter);
        var inFlight = new Semaphore(IN_FLIGHT_MAX);
        while (true) {
            for (int i = 0; i < 8; i++) {
                inFlight.acquire();
                long sent = counter++;
                truck.sendUnder(0, sent, sent, run(firstSequence(sent), 3))
                        .thenAccept(outcome -> {
                            print(out, sent, outcome);
                            inFlight.release();
                        })
                        .exceptionally(failure -> null);
            }
            Thread.sleep(1);
        }
    }

    private static void print(PrintStream out, long counter, Outcome outcome) {
        if (outcome instanceof Outcome.Committed) {
            out.println(counter);
        }
    }

    private static long firstSequence(long counter) {
        return 3 * counter;
    }

    private static Store open(Path directory, KeyMaterial keys) throws Exception {
        return Store.open(
                directory.resolve("positions.db"),
                keys.dataKeys(),
                StoreLimits.DEFAULT,
                InstantSource.fixed(NOON));
    }
}
