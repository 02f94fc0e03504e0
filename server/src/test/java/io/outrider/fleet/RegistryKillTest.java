package io.outrider.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of a process that quarantines and releases: what a listener heard is in the file. */
@Timeout(120)
class RegistryKillTest {
    private static final int ROUNDS = 3;

    @TempDir Path directory;

    @Test
    void what_a_listener_has_heard_before_a_kill_holds_after_it() throws Exception {
        var random = new Random();
        try (var test = new TestRegistry(directory)) {
            test.add("acme.truck-7");
        }
        for (int round = 0; round < ROUNDS; round++) {
            long heardLast = changeUntilKilled(random);

            try (var registry = open(directory)) {
                var truck = TestRegistry.made(registry.show("acme.truck-7"));
                long number =
                        truck.standing() == Standing.QUARANTINED
                                ? Long.parseLong(truck.stand().reason())
                                : lastQuarantine(registry, truck) + 1;
                // At most the one change more that nobody heard of any more.
                assertThat(number).isBetween(heardLast, heardLast + 1);
                TestRegistry.made(registry.release("acme.truck-7"));
            }
        }
    }

    private static long lastQuarantine(Registry registry, Tracker truck) throws Exception {
        return registry.standings(truck).stream()
                .filter(stand -> stand.standing() == Standing.QUARANTINED)
                .mapToLong(stand -> Long.parseLong(stand.reason()))
                .findFirst()
                .orElse(-1);
    }

    private long changeUntilKilled(Random random) throws Exception {
        Process changer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xmx100m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RegistryKillTest.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long heardLast = -1;
        try (BufferedReader out = changer.inputReader(StandardCharsets.US_ASCII)) {
            int countUntilKill = 1 + random.nextInt(100);
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                heardLast = Long.parseLong(line);
                if (--countUntilKill == 0) {
                    changer.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(changer.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(changer.exitValue()).as("killed, not ended").isEqualTo(137);
        return heardLast;
    }

    /** Quarantines under even numbers, releases under odd ones; prints what a listener hears. */
    public static void main(String[] arguments) throws Exception {
        Registry registry = open(Path.of(arguments[0]));
        var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        var next = new long[1];
        registry.onChange(_ -> out.println(next[0]));
        for (; ; next[0]++) {
            if (next[0] % 2 == 0) {
                registry.quarantine("acme.truck-7", Long.toString(next[0]));
            } else {
                registry.release("acme.truck-7");
            }
        }
    }

    private static Registry open(Path directory) throws Exception {
        return Registry.open(directory.resolve("fleet.db"), InstantSource.system());
    }
}
