package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.TestAuthority;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own that believes another authority, whose revocation list gets
 * lost, spoilt and old while it serves: nobody of that authority gets in, everybody else does, and
 * it says so in its log, its status and its metrics, until there is a list again.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrustFailsClosedTest {
    private static final Duration WAIT = Duration.ofSeconds(60);

    @TempDir static Path folder;
    private static final TestAuthority theirs = new TestAuthority("theirs");
    private static Path list;
    private static ServerProcess server;
    private static SSLContext stranger;

    @BeforeAll
    static void serve() throws Exception {
        list = folder.resolve("theirs.crl");
        theirs.writeRevocations(list);
        Path ca = theirs.writePem(folder.resolve("theirs.pem"));
        server =
                ServerProcess.start(
                        folder,
                        """
                        trust:
                          accepted:
                            - {ca-file: %s, crl-file: %s, name-template: '{fleet}.{tracker}'}
                        """
                                .formatted(ca, list));
        server.run("fleet", "create", "acme");
        server.run("fleet", "add", "acme.theirs");
        server.enrol("acme.ours", folder.resolve("ours"));
        Path state = Files.createDirectory(folder.resolve("state"));
        theirs.tracker("acme.theirs").writePem(state, "identity");
        Files.move(state.resolve("identity.crt"), state.resolve("identity.pem"));
        Files.copy(server.data().resolve("ca.pem"), state.resolve("ca.pem"));
        stranger = EnrolledSocket.context(state);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void without_a_list_of_now_nobody_of_its_authority_gets_in_and_it_says_so_until_there_is_one()
            throws Exception {
        assertOpen();

        Instant nextUpdate = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(12);
        theirs.writeRevocations(list, nextUpdate);
        await().atMost(WAIT)
                .until(() ->
                        metric("next_update_timestamp_seconds") == nextUpdate.getEpochSecond());
        assertShut("it is too old, the next was due " + nextUpdate);
        Files.write(list, new byte[0]);
        assertShut("0 lists in it");
        theirs.writeRevocations(list);
        byte[] whole = Files.readAllBytes(list);
        Files.write(list, Arrays.copyOf(whole, whole.length - 1));
        assertShut("it is no revocation list in PEM or DER");
        new TestAuthority("theirs").writeRevocations(list);
        assertShut("it is in the name of CN=theirs, who has not signed it");
        Files.delete(list);
        assertShut("it cannot be read");

        theirs.writeRevocations(list);
        await().atMost(WAIT).until(() -> metric("usable") == 1);
        assertOpen();
    }

    private static void assertOpen() throws Exception {
        assertThat(server.alarms()).isEmpty();
        assertThat(metric("usable")).isEqualTo(1);
        assertThat(isLetIn(stranger, "acme.theirs")).isTrue();
    }

    private static void assertShut(String why) throws Exception {
        String told = list + ": nobody of that authority gets in: " + why;
        // Nobody connects meanwhile: it looks by itself.
        await().atMost(WAIT).until(() -> server.log().contains(told));

        // With a session of TLS from when they were let in, and without one.
        assertThat(isLetIn(stranger, "acme.theirs")).isFalse();
        assertThat(isLetIn(EnrolledSocket.context(folder.resolve("state")), "acme.theirs"))
                .isFalse();
        assertThat(isLetIn(EnrolledSocket.context(folder.resolve("ours")), "acme.ours")).isTrue();
        assertThat(server.alarms()).hasLineCount(1).startsWith("revocation list " + told);
        assertThat(metric("usable")).isZero();
        assertThat(metric("next_update_timestamp_seconds")).isZero();
    }

    private static double metric(String what) throws Exception {
        return server.metric("outrider_revocation_list_%s{file=\"%s\"}".formatted(what, list));
    }

    private static boolean isLetIn(SSLContext context, String id) throws IOException {
        try (var socket = EnrolledSocket.open(context, "127.0.0.1", server.port("trackers"))) {
            return socket.connect(id) == 0;
        } catch (SSLException | SocketException e) {
            return false; // hung up on in the handshake
        }
    }
}
