package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two holders of one credential, each from an address prefix of its own. */
@Timeout(60)
class TakeoverTest {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final String HERE = "127.0.1.1";
    private static final String THERE = "127.0.2.1";
    private static final int TAKEN_OVER = 0x8e;
    private static final int WAIT = 0x9f;

    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                TestBroker.started(
                        directory,
                        TestLimits.of(
                                Map.of("takeoverPause", PAUSE), Map.of(), Map.of(), Map.of()));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void two_holders_of_one_credential_cannot_take_the_session_from_each_other_without_end()
            throws Exception {
        Credential credential = broker.enrol("acme.twice", 1);
        try (var first = connected(credential, HERE, "acme.twice");
                var second = connected(credential, THERE, "acme.twice")) {
            assertThat(first.disconnectCode()).isEqualTo(TAKEN_OVER);
            assertThat(connect(credential, HERE, "acme.twice")).isEqualTo(WAIT);
            assertThat(connect(credential, "127.0.3.1", "acme.twice")).isEqualTo(WAIT);

            second.send(new byte[] {(byte) 0xc0, 0});
            assertThat(second.receive()).startsWith(0xd0); // still there
            assertThat(broker.events)
                    .anyMatch(event ->
                            event instanceof GateEvent.Limited limited
                                    && limited.limit() == Limit.TAKEOVERS);

            await().atMost(PAUSE.plusSeconds(20))
                    .until(() -> connect(credential, HERE, "acme.twice") == 0);
            assertThat(second.disconnectCode()).isEqualTo(TAKEN_OVER);
        }
    }

    @Test
    void a_tracker_that_comes_back_from_where_it_was_is_never_held_up() throws Exception {
        Credential credential = broker.enrol("acme.back", 2);
        try (var _ = connected(credential, HERE, "acme.back");
                var moved = connected(credential, THERE, "acme.back");
                var again = connected(credential, "127.0.2.9", "acme.back")) {
            assertThat(moved.disconnectCode()).isEqualTo(TAKEN_OVER);
            // Nor does that begin the pause anew, or end it.
            assertThat(connect(credential, HERE, "acme.back")).isEqualTo(WAIT);
            again.send(new byte[] {(byte) 0xe0, 0});
        }
        // Where no connection is open there is nothing to take over.
        await().until(() -> connect(credential, HERE, "acme.back") == 0);
    }

    private static RawMqtt connected(Credential credential, String from, String id)
            throws Exception {
        var raw = new RawMqtt(broker, Optional.of(credential), "mqtt", from);
        raw.send(RawMqtt.connect(id));
        assertThat(raw.connackCode()).isZero();
        return raw;
    }

    private static int connect(Credential credential, String from, String id) throws Exception {
        try (var raw = new RawMqtt(broker, Optional.of(credential), "mqtt", from)) {
            raw.send(RawMqtt.connect(id));
            return raw.connackCode();
        }
    }
}
