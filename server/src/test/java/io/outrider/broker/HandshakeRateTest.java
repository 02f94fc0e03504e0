package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many TLS handshakes begin in a second, from one address prefix and from all. */
@Timeout(60)
class HandshakeRateTest {
    /** Longer than the second that a burst of handshakes lasts, and than a slow machine needs. */
    private static final Duration TIME_MAX = Duration.ofSeconds(4);

    /** The beginning of a handshake, a record that is whole (RFC 8446, section 5.1). */
    private static final byte[] HELLO = {22, 3, 1, 0, 4, 1, 0, 0, 0};

    @TempDir Path directory;

    @Test
    void one_prefix_begins_as_many_as_it_may_the_next_wait_and_what_would_wait_too_long_is_closed()
            throws Exception {
        try (TestBroker broker = broker(1_000, 2)) {
            Credential credential = broker.enrol("acme.truck-1", 1);
            assertThat(connect(broker, credential, "127.0.1.1")).isZero();
            assertThat(connect(broker, credential, "127.0.1.2")).isZero();
            assertThat(refused(broker)).isZero();

            var sockets = new ArrayList<Socket>();
            for (int i = 0; i < 30; i++) { // fifteen seconds' worth
                sockets.add(begin(broker, "127.0.1.3"));
            }
            await().untilAsserted(() -> assertThat(refused(broker)).isBetween(10L, 28L));
            // Meanwhile another prefix need not wait.
            assertThat(connect(broker, credential, "127.0.2.1")).isZero();
            for (Socket socket : sockets) {
                socket.close();
            }
            await().atMost(TIME_MAX.plusSeconds(20))
                    .until(() -> connect(broker, credential, "127.0.1.1") == 0);
        }
    }

    @Test
    void all_prefixes_together_begin_as_many_as_they_may() throws Exception {
        try (TestBroker broker = broker(2, 2)) {
            Credential credential = broker.enrol("acme.truck-1", 1);
            assertThat(connect(broker, credential, "127.0.1.1")).isZero();
            assertThat(connect(broker, credential, "127.0.2.1")).isZero();
            assertThat(refused(broker)).isZero();

            var sockets = new ArrayList<Socket>();
            for (int prefix = 1; prefix <= 30; prefix++) {
                sockets.add(begin(broker, "127.1." + prefix + ".1"));
            }
            await().untilAsserted(() -> assertThat(refused(broker)).isBetween(10L, 28L));
            for (Socket socket : sockets) {
                socket.close();
            }
            await().atMost(TIME_MAX.plusSeconds(20))
                    .until(() -> connect(broker, credential, "127.0.1.1") == 0);
        }
    }

    private TestBroker broker(int perSecond, int perPrefixPerSecond) throws BrokerException {
        return TestBroker.started(
                directory,
                TestLimits.of(
                        Map.of(
                                "handshakesPerSecond", perSecond,
                                "handshakesPerPrefixPerSecond", perPrefixPerSecond,
                                "handshakeTimeMax", TIME_MAX),
                        Map.of(),
                        Map.of(),
                        Map.of()));
    }

    private static long refused(TestBroker broker) {
        return broker.events.stream()
                .filter(event ->
                        event instanceof GateEvent.Limited limited
                                && limited.limit() == Limit.HANDSHAKE_RATE)
                .count();
    }

    private static Socket begin(TestBroker broker, String from) throws IOException {
        var socket =
                new Socket(
                        InetAddress.ofLiteral("127.0.0.1"),
                        broker.port(),
                        InetAddress.ofLiteral(from),
                        0);
        socket.getOutputStream().write(HELLO);
        return socket;
    }

    /** The code of the CONNACK; negative where the handshake was refused. */
    private static int connect(TestBroker broker, Credential credential, String from) {
        try (var raw = new RawMqtt(broker, Optional.of(credential), "mqtt", from)) {
            raw.send(RawMqtt.connect("acme.truck-1"));
            return raw.connackCode();
        } catch (IOException | AssertionError e) {
            return -1;
        }
    }
}
