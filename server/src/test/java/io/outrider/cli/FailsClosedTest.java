package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.cli.ServerProcess.Ran;
import io.outrider.tracker.SimulatedVehicle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parts of a server in a process of its own, broken under it while it serves, and mended. Whoever
 * was cut off stays out, nothing is acknowledged that is not stored, and it says what is wrong.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FailsClosedTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final int POSITIONS = 20;

    @TempDir static Path folder;
    private static Path disk;
    private static ServerProcess server;

    @BeforeAll
    static void serve() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString()))
                .as("a small file system needs root: sudo make check")
                .isZero();
        server = ServerProcess.start(disk, folder.resolve("server.log"), "");
        server.metrics(); // makes its token while that can be written
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("truck-1"));
        server.enrol("acme.stolen", folder.resolve("stolen"));
        server.run("fleet", "revoke", "acme.stolen", "--reason", "sold");
        Process tracker = tracker(Files.createTempFile(folder, "tracker", ".log"));
        drive(tracker); // it has its data key from now on
        assertThat(tracker.waitFor(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(tracker.exitValue()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        assertThat(run("umount", "-l", disk.toString())).isZero();
    }

    @Test
    void a_full_disk_acknowledges_nothing_and_all_is_stored_when_there_is_room() throws Exception {
        Path filler = server.data().resolve("filler");
        try {
            fill(filler);
            assertNothingIsAcknowledgedUntil(() -> Files.delete(filler));
        } finally {
            Files.deleteIfExists(filler);
        }
    }

    @Test
    void a_store_that_was_taken_away_acknowledges_nothing_until_it_is_back() throws Exception {
        Path away = disk.resolve("positions.db");
        Files.move(server.data().resolve("positions.db"), away);

        assertNothingIsAcknowledgedUntil(
                () -> Files.move(away, server.data().resolve("positions.db")));
    }

    @Test
    void a_registry_that_was_taken_away_changes_nothing_and_says_so() throws Exception {
        server.enrol("acme.truck-2", folder.resolve("truck-2"));
        Path registry = server.data().resolve("fleet.db");
        Path away = disk.resolve("fleet.db");
        Files.move(registry, away);

        Ran refused = server.ran("fleet", "revoke", "acme.truck-2", "--reason", "sold");

        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.errors())
                .contains("acme.truck-2 stands as before", "fleet.db was removed or replaced");
        assertThat(knock("acme.truck-2")).contains("CONNACK (0)");
        assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
        assertOthersStayOut();
        Files.move(away, registry);
        server.run("fleet", "revoke", "acme.truck-2", "--reason", "sold");
        assertThat(knock("acme.truck-2")).doesNotContain("CONNACK (0)");
    }

    @Test
    void where_nothing_can_be_written_nothing_is_acknowledged_and_no_right_changes()
            throws Exception {
        long before = accepted();
        Process tracker = tracker(Files.createTempFile(folder, "tracker", ".log"));
        limitFiles("0:unlimited");
        try {
            drive(tracker);
            await().atMost(WAIT).until(() -> server.alarms().contains("store FAILING"));
            Ran refused = server.ran("fleet", "quarantine", "acme.truck-1", "--reason", "lost");

            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.errors()).contains("the database failed");
            assertThat(server.metric("outrider_store_state{state=\"failing\"}")).isEqualTo(1);
            assertThat(accepted()).isEqualTo(before);
            assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
            assertOthersStayOut();
            assertThat(tracker.isAlive()).isTrue();
        } finally {
            limitFiles("unlimited:unlimited");
        }
        assertThat(tracker.waitFor(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(accepted()).isEqualTo(before + POSITIONS);
        assertThat(server.alarms()).isEmpty();
    }

    @Test
    void a_registry_that_is_spoilt_in_its_place_is_told_of_and_memory_decides_until_it_is_mended()
            throws Exception {
        Path registry = server.data().resolve("fleet.db");
        byte[] whole = Files.readAllBytes(registry);
        byte[] garbage = new byte[whole.length];
        new Random(1).nextBytes(garbage);

        Files.write(registry, garbage); // the same file as before
        assertRegistryIsToldOf("file is not a database");
        assertToldToRepeat("acme.truck-1 is quarantined while this server runs", "quarantine");
        assertThat(knock("acme.truck-1")).doesNotContain("CONNACK (0)");
        assertToldToRepeat("acme.truck-1 is active while this server runs", "release");
        Files.write(registry, Arrays.copyOf(whole, 100));
        assertRegistryIsToldOf("");

        Files.write(registry, whole);
        assertRegistryIsMended();
    }

    @Test
    void a_registry_with_a_directory_in_its_place_is_told_of_and_memory_decides() throws Exception {
        Path registry = server.data().resolve("fleet.db");
        Path away = disk.resolve("fleet.db");
        Files.move(registry, away);
        Files.createDirectory(registry);

        assertRegistryIsToldOf("was removed or replaced");

        Files.delete(registry);
        Files.move(away, registry);
        assertRegistryIsMended();
    }

    private static void assertRegistryIsToldOf(String why) throws Exception {
        await().atMost(WAIT).until(() -> server.alarms().contains("registry: "));
        await().atMost(WAIT).until(() -> server.alarms().contains(why));
        assertThat(server.metric("outrider_registry_usable")).isZero();
        await().atMost(WAIT).until(() -> server.log().contains("registry is what is in memory"));
        assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
        assertOthersStayOut();
    }

    private static void assertToldToRepeat(String what, String verb) throws Exception {
        Ran told = server.ran("fleet", verb, "acme.truck-1");

        assertThat(told.status()).isEqualTo(2);
        assertThat(told.errors())
                .contains(what, "the next start may not know it", "Restore fleet.db");
    }

    private static void assertRegistryIsMended() throws Exception {
        await().atMost(WAIT).until(() -> server.alarms().isEmpty());
        assertThat(server.metric("outrider_registry_usable")).isEqualTo(1);
        server.run("fleet", "quarantine", "acme.truck-1", "--reason", "lost");
        assertThat(knock("acme.truck-1")).doesNotContain("CONNACK (0)");
        server.run("fleet", "release", "acme.truck-1");
        assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
    }

    @Test
    void a_configuration_that_is_spoilt_changes_nothing_and_keeps_nobody_from_cutting_off()
            throws Exception {
        Path configuration = server.data().resolve("outrider.yaml");
        String whole = Files.readString(configuration);
        Files.writeString(configuration, "mqtt: {port: everything}\nanonymous: true\n");
        try {
            server.run("fleet", "quarantine", "acme.truck-1", "--reason", "lost");
            assertThat(knock("acme.truck-1")).doesNotContain("CONNACK (0)");
            assertOthersStayOut();
        } finally {
            Files.writeString(configuration, whole);
            server.run("fleet", "release", "acme.truck-1");
        }
    }

    @Test
    void a_registry_that_is_locked_changes_nothing_and_says_so() throws Exception {
        String url = "jdbc:sqlite:" + server.data().resolve("fleet.db");
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");

            Ran refused = server.ran("fleet", "quarantine", "acme.truck-1", "--reason", "lost");

            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.errors())
                    .contains("acme.truck-1 stands as before", "the database failed", "locked");
            assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
            assertOthersStayOut();
            statement.execute("ROLLBACK");
        }
        server.run("fleet", "quarantine", "acme.truck-1", "--reason", "lost");
        assertThat(knock("acme.truck-1")).doesNotContain("CONNACK (0)");
        server.run("fleet", "release", "acme.truck-1");
        assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
    }

    @Test
    void keys_that_were_taken_away_let_in_nobody_new() throws Exception {
        Path keys = server.data().resolve("keys");
        Path away = disk.resolve("keys");
        Files.move(keys, away);

        assertOthersStayOut();

        Files.move(away, keys);
        assertThat(knock("acme.truck-1")).contains("CONNACK (0)");
        assertOthersStayOut();
    }

    private interface Mending {
        void mend() throws IOException;
    }

    private static void assertNothingIsAcknowledgedUntil(Mending mending) throws Exception {
        long before = accepted();
        Path log = Files.createTempFile(folder, "tracker", ".log");
        Process tracker = tracker(log);
        try {
            drive(tracker);
            await().atMost(WAIT).until(() -> server.alarms().contains("store FAILING"));
            assertThat(server.log()).contains("cannot store; nothing that was acknowledged");
            assertThat(server.metric("outrider_store_state{state=\"well\"}")).isZero();
            assertThat(accepted()).isEqualTo(before);
            assertThat(tracker.isAlive()).as("it still has what was not acknowledged").isTrue();
            assertOthersStayOut();

            mending.mend();

            assertThat(tracker.waitFor(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(tracker.exitValue()).as(Files.readString(log)).isZero();
            assertThat(accepted()).isEqualTo(before + POSITIONS);
            assertThat(server.status().path("alarms").size()).isZero();
        } finally {
            tracker.destroyForcibly().waitFor();
        }
    }

    private static Process tracker(Path log) throws IOException {
        Path state = folder.resolve("truck-1");
        return ServerProcess.outrider("tracker", "run", "--state", state.toString(), "--nmea", "-")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void drive(Process tracker) throws IOException {
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var vehicle = SimulatedVehicle.at(7, start, Duration.ofSeconds(1));
        try (OutputStream receiver = tracker.getOutputStream()) {
            for (int i = 0; i < POSITIONS; i++) {
                receiver.write(vehicle.next().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static long accepted() {
        return server.status().path("positions").path("accepted").asLong();
    }

    private static void assertOthersStayOut() throws Exception {
        assertThat(knock("acme.stolen")).as("revoked").doesNotContain("CONNACK (0)");
        assertThat(knock("acme.nobody", "acme.stolen")).doesNotContain("CONNACK (0)");
        String[] stranger = certificateOfAStranger();
        assertThat(publish("acme.truck-1", stranger[0], stranger[1]))
                .as("another's certificate")
                .doesNotContain("CONNACK (0)");
    }

    private static String[] certificateOfAStranger() throws Exception {
        Path key = folder.resolve("stranger.key");
        Path certificate = folder.resolve("stranger.pem");
        if (!Files.exists(certificate)) {
            assertThat(
                            run(
                                    "openssl",
                                    "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-subj",
                                    "/CN=acme.truck-1",
                                    "-keyout",
                                    key.toString(),
                                    "-out",
                                    certificate.toString()))
                    .isZero();
        }
        return new String[] {certificate.toString(), key.toString()};
    }

    private static String knock(String tracker) throws Exception {
        return knock(tracker, tracker);
    }

    /** What mosquitto_pub tells of a connection under this client id with that one's key. */
    private static String knock(String id, String holder) throws Exception {
        Path state = folder.resolve(holder.substring(holder.indexOf('.') + 1));
        return publish(
                id,
                state.resolve("identity.pem").toString(),
                state.resolve("identity.key").toString());
    }

    private static String publish(String id, String certificate, String key) throws Exception {
        Path output = Files.createTempFile(folder, "knock", ".txt");
        var line =
                List.of(
                        "mosquitto_pub",
                        "-d",
                        "-V",
                        "5",
                        "-q",
                        "0",
                        "-h",
                        "localhost",
                        "-p",
                        Integer.toString(server.port("trackers")),
                        "--cafile",
                        server.data().resolve("ca.pem").toString(),
                        "--cert",
                        certificate,
                        "--key",
                        key,
                        "-i",
                        id,
                        "-t",
                        "o1/acme/truck-1/report",
                        "-m",
                        "{}");
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(String.join(" ", line)).isTrue();
        return Files.readString(output);
    }

    /** Writes until nothing goes in any more. */
    private static void fill(Path filler) throws IOException {
        byte[] zeros = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(zeros);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    /** Of the bytes that the server can write to any file. */
    private static void limitFiles(String softAndHard) throws Exception {
        String pid = Long.toString(server.pid());
        assertThat(run("prlimit", "--pid", pid, "--fsize=" + softAndHard)).isZero();
    }

    private static int run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
