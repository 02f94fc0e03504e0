package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How fast one identity may publish, within its burst and beyond. */
@Timeout(60)
class RatesTest {
    private static final int PAYLOAD_BYTES = 960;

    @TempDir static Path directory;
    private static TestBroker broker;
    private static int clients;

    @BeforeAll
    static void start() throws Exception {
        broker =
                TestBroker.started(
                        directory,
                        TestLimits.of(
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                Map.of(
                                        "messagesPerSecond", 1,
                                        "messagesBurst", 10,
                                        "bytesPerSecond", 2_048,
                                        "bytesBurst", 4_096)));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void messages_of_qos_0_beyond_the_burst_end_the_connection_and_those_within_do_not()
            throws Exception {
        byte[] message = RawMqtt.packet(0x30, RawMqtt.join(RawMqtt.utf8("t/m"), new byte[] {0}));
        try (var raw = connected(newClient(), name())) {
            for (int i = 0; i < 10; i++) {
                raw.send(message);
            }
            raw.send(new byte[] {(byte) 0xc0, 0});
            assertThat(raw.receive()).startsWith(0xd0);
            raw.send(times(30, message));
            assertThat(raw.disconnectCode()).isEqualTo(0x96);
        }
        assertReached(Limit.MESSAGE_RATE);
    }

    @Test
    void messages_of_qos_1_beyond_the_burst_are_answered_later_and_none_is_lost() throws Exception {
        try (var raw = connected(newClient(), name())) {
            long begin = System.nanoTime();
            for (int id = 1; id <= 14; id++) {
                raw.send(RawMqtt.publish(0x2, "t/m", id));
                assertThat(raw.receive()[0]).isEqualTo((byte) 0x40);
            }
            // Ten at once, and one a second from then on.
            assertThat(System.nanoTime() - begin).isGreaterThan(3_000_000_000L);
        }
    }

    @Test
    void bytes_beyond_the_burst_are_limited_as_messages_are() throws Exception {
        byte[] kilobyte =
                RawMqtt.packet(
                        0x30, RawMqtt.join(RawMqtt.utf8("t/b"), new byte[1 + PAYLOAD_BYTES]));
        try (var raw = connected(newClient(), name())) {
            for (int i = 0; i < 4; i++) {
                raw.send(kilobyte);
            }
            raw.send(new byte[] {(byte) 0xc0, 0});
            assertThat(raw.receive()).startsWith(0xd0);
            raw.send(times(8, kilobyte));
            assertThat(raw.disconnectCode()).isEqualTo(0x96);
        }
        assertReached(Limit.BYTE_RATE);
    }

    @Test
    void who_comes_again_or_twice_gets_no_second_burst() throws Exception {
        byte[] message = RawMqtt.packet(0x30, RawMqtt.join(RawMqtt.utf8("t/m"), new byte[] {0}));
        Credential credential = newClient();
        try (var one = connected(credential, name() + ".one");
                var two = connected(credential, name() + ".two")) {
            for (int i = 0; i < 10; i++) {
                one.send(message);
            }
            one.send(new byte[] {(byte) 0xc0, 0});
            assertThat(one.receive()).startsWith(0xd0);
            two.send(times(10, message));
            assertThat(two.disconnectCode()).isEqualTo(0x96);
        }
        try (var again = connected(credential, name() + ".three")) {
            again.send(times(10, message));
            assertThat(again.disconnectCode()).isEqualTo(0x96);
        }
    }

    /** To be sent at once: the broker hangs up on the first that is one too many. */
    private static byte[][] times(int count, byte[] packet) {
        return Collections.nCopies(count, packet).toArray(byte[][]::new);
    }

    private static String name() {
        return "paced-" + clients;
    }

    /** A client of its own, so that no other test has used up what it may. */
    private static Credential newClient() {
        clients++;
        return broker.enrolClient(name(), clients, TestBroker.mayPublish("t/#"));
    }

    private static RawMqtt connected(Credential credential, String clientId) throws Exception {
        var raw = new RawMqtt(broker, credential);
        raw.send(RawMqtt.connect(clientId));
        assertThat(raw.connackCode()).isZero();
        return raw;
    }

    private static void assertReached(Limit limit) {
        assertThat(broker.events)
                .anyMatch(event ->
                        event instanceof GateEvent.Limited limited && limited.limit() == limit);
    }
}
