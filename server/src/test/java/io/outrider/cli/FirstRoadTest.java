package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.cli.ServerProcess.Ran;
import io.outrider.tracker.SimulatedVehicle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands of the README, one after the other, against a server in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FirstRoadTest {
    private static final String DRIVE =
            """
            # written by hand: two positions, and everything that is none
            $GPRMC,101500.000,A,5222.3215,N,00454.5778,E,12.50,251.34,030414,,,A*57
            $GPGGA,101500.000,5222.3215,N,00454.5778,E,1,4,2.95,16.0,M,47.0,M,,*66
            $GPGSA,A,3,16,23,13,29,,,,,,,,,3.11,2.95,0.99*00
            $GPRMC,101501.000,A,5222.3198,N,00454.5784,E,0.58,251.34,030414,,,A*6C
            $GPGGA,101501.000,5222.3198,N,00454.5784,E,1,4,2.95,16.0,M,47.0,M,,*60
            $GPRMC,101502.000,A,5222.3198,N,00454.5784,E,0.58,251.34,030414,,,A*00
            $GPRMC,101503.000,V,,,,,,,030414,,,N*40
            $GPRMC,101504.000,A,5222.31
            $GPGGA,101505.000,5222.3198,N,00454.5784,E,1,4,2.95,16.0,M,47.0,M,,*64
            """;

    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void serve() throws Exception {
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void the_first_start_prints_the_link_once_and_warns_of_the_passphrase() throws Exception {
        assertThat(server.log())
                .containsOnlyOnce("/setup#")
                .contains("Warning: the passphrase")
                .contains("mqtts://localhost:");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.data())))
                .isEqualTo("rwx------");
    }

    @Test
    void a_second_server_in_the_same_directory_is_refused() {
        Ran second = Ran.command("serve", "--data", server.data().toString());

        assertThat(second.status()).isEqualTo(2);
        assertThat(second.errors()).contains("another server runs");
    }

    @Test
    void only_what_the_receiver_said_for_sure_becomes_a_position() throws Exception {
        Path state = folder.resolve("by-hand");
        server.enrol("acme.by-hand", state);
        Path drive = Files.writeString(folder.resolve("drive.log"), withChecksums(DRIVE));

        JsonNode summary = runTracker(state, drive);

        assertThat(summary.path("positions").asInt()).isEqualTo(2);
        assertThat(summary.path("acknowledged").asInt()).isEqualTo(2);
        assertThat(summary.path("refused").size()).isGreaterThanOrEqualTo(3);
        JsonNode stored =
                ControlServer.JSON.readTree(
                        server.run("positions", "acme.by-hand", "--format", "json"));
        assertThat(stored.size()).isEqualTo(2);
        JsonNode first = stored.get(0);
        assertThat(first.path("time").asString()).isEqualTo("2014-04-03T10:15:00Z");
        assertThat(first.path("latitudeDeg").decimalValue()).isEqualByComparingTo("52.3720250");
        assertThat(first.path("longitudeDeg").decimalValue()).isEqualByComparingTo("4.9096300");
        assertThat(first.path("courseDeg").decimalValue()).isEqualByComparingTo("251.34");
        assertThat(first.path("altitudeM").decimalValue()).isEqualByComparingTo("16");
        assertThat(first.path("satellites").asInt()).isEqualTo(4);
        assertThat(first.path("hdop").decimalValue()).isEqualByComparingTo("2.95");
    }

    @Test
    void positions_come_as_geojson_and_between_two_times() throws Exception {
        Path state = folder.resolve("between");
        server.enrol("acme.between", state);
        runTracker(state, Files.writeString(folder.resolve("between.log"), withChecksums(DRIVE)));

        JsonNode all =
                ControlServer.JSON.readTree(
                        server.run("positions", "acme.between", "--format", "geojson"));
        JsonNode one =
                ControlServer.JSON.readTree(
                        server.run(
                                "positions",
                                "acme.between",
                                "--format",
                                "geojson",
                                "--from",
                                "2014-04-03T10:15:01Z",
                                "--to",
                                "2014-04-04"));

        assertThat(all.path("type").asString()).isEqualTo("FeatureCollection");
        assertThat(all.path("features").size()).isEqualTo(2);
        assertThat(one.path("features").size()).isEqualTo(1);
        JsonNode place = one.path("features").get(0).path("geometry").path("coordinates");
        assertThat(place.get(0).decimalValue())
                .as("longitude first")
                .isEqualByComparingTo("4.9096400");
        assertThat(server.run("positions", "acme.between").lines()).hasSize(3);
    }

    @Test
    void a_removed_tracker_is_cut_off_and_its_name_inherits_nothing() throws Exception {
        Path state = folder.resolve("removed");
        server.enrol("acme.removed", state);
        Process tracker = liveTracker(state);
        var vehicle = SimulatedVehicle.at(3, Instant.now(), Duration.ofSeconds(1));
        tracker.getOutputStream().write(vehicle.next().getBytes(StandardCharsets.US_ASCII));
        tracker.getOutputStream().flush();
        await(() -> server.run("positions", "acme.removed").lines().count() == 2);

        server.run("fleet", "remove", "acme.removed");

        await(() -> server.status().path("gate").path("left").asInt() > 0);
        tracker.destroyForcibly().waitFor();
        assertThat(
                        Ran.command("positions", "acme.removed", "--data", server.data().toString())
                                .status())
                .isEqualTo(2);
        server.run("fleet", "add", "acme.removed");
        assertThat(server.run("positions", "acme.removed").lines()).hasSize(1);
    }

    @Test
    void a_live_date_before_the_program_was_built_is_a_roll_over() throws Exception {
        Path state = folder.resolve("rolled");
        server.enrol("acme.rolled", state);
        Process tracker = liveTracker(state);
        tracker.getOutputStream().write(withChecksums(DRIVE).getBytes(StandardCharsets.US_ASCII));
        tracker.getOutputStream().close();

        assertThat(tracker.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(server.run("positions", "acme.rolled").lines()).hasSize(1);
        assertThat(Files.readString(folder.resolve("rolled.out"))).contains("roll");
    }

    @Test
    void sigterm_ends_the_server_and_commands_work_without_it() throws Exception {
        try (var other = ServerProcess.start(Files.createDirectory(folder.resolve("other")))) {
            other.run("fleet", "create", "acme");

            assertThat(other.stop(Duration.ofSeconds(30))).as("drained and gone").isTrue();

            assertThat(other.data().resolve("control.sock")).doesNotExist();
            other.run("fleet", "add", "acme.truck-1");
            assertThat(other.run("fleet", "list")).contains("acme.truck-1").contains("invited");
            assertThat(other.status().path("positions").path("accepted").asLong()).isZero();
        }
    }

    private static JsonNode runTracker(Path state, Path log)
            throws IOException, InterruptedException {
        Path out = folder.resolve(state.getFileName() + ".json");
        Process tracker =
                ServerProcess.outrider(
                                "tracker",
                                "run",
                                "--state",
                                state.toString(),
                                "--nmea",
                                log.toString(),
                                "--json")
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve(state.getFileName() + ".err").toFile())
                        .start();
        assertThat(tracker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tracker.exitValue())
                .as(Files.readString(folder.resolve(state.getFileName() + ".err")))
                .isZero();
        return ControlServer.JSON.readTree(Files.readString(out));
    }

    private static Process liveTracker(Path state) throws IOException {
        return ServerProcess.outrider("tracker", "run", "--state", state.toString(), "--nmea", "-")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(state.getFileName() + ".out").toFile())
                .start();
    }

    /** Puts the right checksum on every sentence that has one and is not {@code *00} on purpose. */
    private static String withChecksums(String log) {
        var lines = new ArrayList<String>();
        for (String line : log.lines().toList()) {
            int star = line.indexOf('*');
            if (star < 0 || line.endsWith("030414,,,A*00")) {
                lines.add(line);
            } else {
                int sum = line.substring(1, star).chars().reduce(0, (a, b) -> a ^ b);
                lines.add(line.substring(0, star) + "*%02X".formatted(sum));
            }
        }
        return String.join("\r\n", List.copyOf(lines)) + "\r\n";
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        Instant end = Instant.now().plusSeconds(30);
        while (!condition.holds()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(100);
        }
    }
}
