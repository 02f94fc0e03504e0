package io.outrider.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own, started on a data directory of which one part is broken: it
 * says what is wrong and what to do, ends, and at no moment does its MQTT port answer.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FailsClosedAtStartTest {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    @TempDir static Path folder;
    private static Path whole;
    private static List<Integer> ports;

    @TempDir Path here;
    private Path data = Path.of("unset");

    /** What the server said on both streams, and whether anybody could reach its MQTT port. */
    private record Ended(int status, String said, boolean isReached) {}

    @BeforeAll
    static void makeOneThatWorks() throws Exception {
        try (var server = ServerProcess.start(folder)) {
            server.run("fleet", "create", "acme");
            server.enrol("acme.truck-1", folder.resolve("truck-1"));
            ports = List.of(server.port("trackers"), server.port("enrolment"), server.port("map"));
            whole = server.data();
            assertThat(server.stop(START_MAX)).isTrue();
        }
    }

    @BeforeEach
    void copy() throws Exception {
        data = here.resolve("data");
        assertThat(
                        new ProcessBuilder("cp", "-a", whole.toString(), data.toString())
                                .start()
                                .waitFor())
                .isZero();
    }

    @Test
    void a_registry_that_is_damaged() throws Exception {
        damage("fleet.db", 0);
        assertShut("fleet.db", "backup");
    }

    @Test
    void a_registry_that_is_damaged_behind_its_first_page() throws Exception {
        damage("fleet.db", 4096);
        assertShut("fleet.db", "backup");
    }

    @Test
    void a_registry_that_is_gone_or_empty() throws Exception {
        Files.delete(data.resolve("fleet.db"));
        assertShut("fleet.db", "backup");
        Files.write(data.resolve("fleet.db"), new byte[0]);
        assertShut("fleet.db", "backup");
    }

    @Test
    void a_policy_of_a_newer_program() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data + "/fleet.db");
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 9999");
        }
        assertShut("fleet.db: has schema 9999", "backup");
    }

    @Test
    void a_store_that_is_damaged() throws Exception {
        damage("positions.db", 0);
        assertShut("positions.db", "backup");
    }

    @Test
    void accounts_that_are_damaged() throws Exception {
        damage("accounts.db", 0);
        assertShut("accounts.db", "backup");
    }

    @Test
    void keys_that_are_gone() throws Exception {
        Files.move(data.resolve("keys"), here.resolve("keys"));
        assertShut("keys", "backup");
    }

    @Test
    void keys_and_passphrase_that_are_gone() throws Exception {
        Files.move(data.resolve("keys"), here.resolve("keys"));
        Files.delete(data.resolve("passphrase"));
        assertShut("keys", "backup");
    }

    @Test
    void a_passphrase_that_is_wrong_or_gone() throws Exception {
        Files.writeString(data.resolve("passphrase"), "not-the-one-that-it-was-made-with\n");
        assertShut("passphrase", "");
        Files.delete(data.resolve("passphrase"));
        assertShut("passphrase", "");
    }

    @Test
    void an_authority_or_its_revocations_that_cannot_be_read() throws Exception {
        Path junk = Files.writeString(here.resolve("junk.pem"), "no certificate");
        Path configuration = data.resolve("outrider.yaml");
        String before = Files.readString(configuration);
        String entry = "trust:%n  accepted:%n    - {ca-file: %s, name-template: '{client}'%s}%n";

        Files.writeString(configuration, before + entry.formatted(junk, ""));
        assertShut("trust.accepted[0].ca-file", "");
        Path ca = data.resolve("ca.pem");
        Files.writeString(configuration, before + entry.formatted(ca, ", crl-file: /nowhere"));
        assertShut("trust.accepted[0].crl-file", "");
    }

    @Test
    void a_broker_that_cannot_have_its_folder() throws Exception {
        assertThat(
                        new ProcessBuilder("rm", "-rf", data.resolve("broker").toString())
                                .start()
                                .waitFor())
                .isZero();
        Files.writeString(data.resolve("broker"), "in the way");
        assertShut("broker", "");
    }

    @Test
    void any_port_that_is_taken() throws Exception {
        for (int taken : ports) {
            try (var _ = new ServerSocket(taken, 50, InetAddress.getLoopbackAddress())) {
                Ended ended = start(taken);

                assertThat(ended.said()).contains(Integer.toString(taken)).contains("port");
                assertSaidAndEnded(ended);
            }
        }
    }

    private void assertShut(String what, String next) throws Exception {
        Ended ended = start(0);

        assertThat(ended.said()).contains(what).contains(next);
        assertSaidAndEnded(ended);
    }

    /** What is wrong first, what to do on the next line, and no stack. */
    private static void assertSaidAndEnded(Ended ended) {
        assertThat(ended.status()).as(ended.said()).isEqualTo(Main.EXIT_OPERATOR);
        assertThat(ended.isReached()).as("its MQTT port answered").isFalse();
        assertThat(ended.said())
                .containsPattern("(?m)^outrider: (.+\\R)+  \\S.+")
                .doesNotContain("\tat ");
    }

    /** Starts it and knocks at its MQTT port, if that can be its, until it has ended. */
    private Ended start(int taken) throws Exception {
        Path log = here.resolve("server.log");
        Files.deleteIfExists(log);
        Process process =
                ServerProcess.outrider("serve", "--data", data.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            int mqtt = ports.getFirst();
            boolean isReached = false;
            long end = System.nanoTime() + START_MAX.toNanos();
            do {
                isReached |= mqtt != taken && isOpen(mqtt);
            } while (!process.waitFor(2, TimeUnit.MILLISECONDS) && System.nanoTime() < end);
            assertThat(process.isAlive()).as("still runs: " + Files.readString(log)).isFalse();
            return new Ended(process.exitValue(), Files.readString(log, UTF_8), isReached);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static boolean isOpen(int port) throws IOException {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Nothing of the file is what it was from there on. */
    private void damage(String file, int from) throws IOException {
        Path path = data.resolve(file);
        byte[] content = Files.readAllBytes(path);
        assertThat(content.length).isGreaterThan(from);
        Arrays.fill(content, from, content.length, (byte) 0x5a);
        Files.write(path, content, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
