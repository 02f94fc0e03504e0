package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.tracker.SimulatedVehicle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** SIGKILL at random moments, to the tracker and to the server, while positions flow. */
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class CrashTest {
    private static final int ROUNDS = 10;
    private static final long SEED = 20_261_122;

    @TempDir Path folder;

    @Test
    void whatever_is_killed_each_journaled_position_is_stored_exactly_once() throws Exception {
        var random = new Random(SEED);
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var vehicle = SimulatedVehicle.at(7, start, Duration.ofSeconds(1));
        try (var server = ServerProcess.start(folder)) {
            server.run("fleet", "create", "acme");
            Path state = folder.resolve("state");
            server.enrol("acme.truck-1", state);
            int fed = 0;
            for (int round = 0; round < ROUNDS; round++) {
                fed += driveAndKill(vehicle, state, random);
                if (round % 2 == 1) {
                    server.restart(); // SIGKILL first, with whatever the last tracker left
                    // unanswered
                }
            }
            drain(state);

            Set<Instant> times = new HashSet<>();
            Set<Long> sequences = new TreeSet<>();
            int rows = 0;
            for (JsonNode row :
                    ControlServer.JSON.readTree(
                            server.run("positions", "acme.truck-1", "--format", "json"))) {
                times.add(Instant.parse(row.path("time").asString()));
                sequences.add(row.path("sequence").asLong());
                rows++;
            }
            System.out.printf(
                    "Of %d positions fed in %d rounds with SIGKILL, %d were journaled%n",
                    fed, ROUNDS, rows);
            assertThat(rows)
                    .as("some work was done")
                    .isGreaterThan(fed / 4)
                    .isLessThanOrEqualTo(fed);
            assertThat(sequences).as("each once").hasSize(rows);
            assertThat(times).as("none twice under another number").hasSize(rows);
            assertThat(sequences).as("each that was journaled").contains(0L, (long) rows - 1);
            assertThat(times).allSatisfy(time -> assertThat(time).isBetween(start, vehicle.time()));

            JsonNode status = server.status();
            assertThat(status.path("positions").path("gaps").asLong()).as("gaps").isZero();
            assertThat(status.path("refused").size()).as("refused: " + status).isZero();
            assertThat(status.path("alarms").size()).as("alarms: " + status).isZero();
        }
    }

    /** Feeds a tracker for a while and kills it; gives how many positions it was fed. */
    private int driveAndKill(SimulatedVehicle vehicle, Path state, Random random)
            throws IOException, InterruptedException {
        long before = journalBytes(state);
        Process tracker = tracker(state);
        int fed = 0;
        Duration flow = Duration.ofMillis(1_500 + random.nextInt(2_500));
        Instant end = Instant.MAX; // until it journals, however long it takes to start
        try (OutputStream receiver = tracker.getOutputStream()) {
            while (Instant.now().isBefore(end)) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    receiver.write(vehicle.next().getBytes(StandardCharsets.US_ASCII));
                    fed++;
                }
                receiver.flush();
                if (end.equals(Instant.MAX) && journalBytes(state) != before) {
                    end = Instant.now().plus(flow);
                }
                Thread.sleep(random.nextInt(50));
            }
            tracker.destroyForcibly().waitFor();
        } catch (IOException e) {
            // Its end of the pipe went with it.
            assertThat(tracker.isAlive()).isFalse();
        }
        return fed;
    }

    private static long journalBytes(Path state) throws IOException {
        Path journal = state.resolve("journal");
        if (!Files.exists(journal)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(journal)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** A last run without new positions: ends when everything in the journal is acknowledged. */
    private void drain(Path state) throws IOException, InterruptedException {
        Process tracker = tracker(state);
        tracker.getOutputStream().close();
        assertThat(tracker.waitFor(60, TimeUnit.SECONDS))
                .as("the tracker delivers the rest")
                .isTrue();
        assertThat(tracker.exitValue())
                .as(Files.readString(folder.resolve("tracker.log")))
                .isZero();
    }

    private Process tracker(Path state) throws IOException {
        return ServerProcess.outrider(
                        "tracker",
                        "run",
                        "--state",
                        state.toString(),
                        "--nmea",
                        "-",
                        "--batch",
                        "20")
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("tracker.log").toFile()))
                .start();
    }
}
