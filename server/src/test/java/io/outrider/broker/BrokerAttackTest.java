package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What no client library would send, byte by byte, from a tracker that was let in. */
@Timeout(60)
class BrokerAttackTest {
    private static final String ID = "acme.truck-1";
    private static final String REPORT = "o1/acme/truck-1/report";

    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, TestBroker.IMPATIENT);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        broker.inbox = TestBroker.acknowledging();
        broker.received.clear();
    }

    @Test
    void the_probe_itself_is_acknowledged() throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            raw.send(RawMqtt.publish(0x2, REPORT, 1));

            assertThat(raw.receive()).startsWith(0x40, 0x02, 0x00, 0x01);
        }
        assertThat(broker.received).hasSize(1);
    }

    @Test
    void a_retained_message_ends_the_connection_with_0x9a() throws Exception {
        assertDisconnected(RawMqtt.publish(0x3, REPORT, 1), 0x9a);
    }

    @Test
    void qos_2_ends_the_connection_with_0x9b() throws Exception {
        assertDisconnected(RawMqtt.publish(0x4, REPORT, 1), 0x9b);
    }

    @Test
    void a_wildcard_in_the_topic_of_a_publish_ends_the_connection() throws Exception {
        assertDisconnected(RawMqtt.publish(0x2, "o1/acme/+/report", 1), 0x90);
        assertDisconnected(RawMqtt.publish(0x2, "#", 1), 0x90);
    }

    @Test
    void an_empty_topic_ends_the_connection() throws Exception {
        assertDisconnected(RawMqtt.publish(0x2, "", 1), 0x82);
    }

    @Test
    void a_second_connect_ends_the_connection() throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            raw.send(RawMqtt.connect("acme.other"), RawMqtt.publish(0x2, REPORT, 1));

            assertThat(raw.receive()).isEmpty();
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_packet_before_the_connect_gets_no_answer() throws Exception {
        try (var raw = new RawMqtt(broker, broker.enrol(ID, 1))) {
            raw.send(RawMqtt.publish(0x2, REPORT, 1));

            assertThat(raw.receive()).isEmpty();
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void messages_pipelined_behind_a_refused_connect_are_not_handled() throws Exception {
        broker.enrol("acme.truck-2", 2);
        try (var raw = new RawMqtt(broker, broker.enrol(ID, 1))) {
            raw.send(
                    RawMqtt.connect("acme.truck-2"),
                    RawMqtt.publish(0x2, REPORT, 1),
                    RawMqtt.publish(0x2, "o1/acme/truck-2/report", 2));

            byte[] answer = raw.receive();
            assertThat(answer[0]).isEqualTo((byte) 0x20);
            assertThat(answer[3]).isEqualTo((byte) 0x85);
            assertThat(raw.receive()).isEmpty();
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_packet_over_the_limit_ends_the_connection_with_0x95() throws Exception {
        int over = TestBroker.LIMITS.packets().packetBytesMax() + 1;
        byte[] whole = RawMqtt.packet(0x32, new byte[over]);

        assertDisconnected(Arrays.copyOf(whole, 4), 0x95); // said in its first bytes
    }

    @Test
    void more_messages_than_the_receive_maximum_end_the_connection_with_0x93() throws Exception {
        broker.inbox = _ -> new CompletableFuture<>();
        try (var raw = RawMqtt.connected(broker, ID)) {
            for (int i = 1; i <= 65; i++) {
                raw.send(RawMqtt.publish(0x2, REPORT, i));
            }

            assertThat(raw.disconnectCode()).isEqualTo(0x93);
        }
    }

    @Test
    void a_topic_alias_over_the_limit_ends_the_connection_with_0x94() throws Exception {
        byte[] aliased =
                RawMqtt.packet(
                        0x32,
                        RawMqtt.join(RawMqtt.utf8(REPORT), new byte[] {0, 1, 3, 0x23, 0, 17, 7}));
        assertDisconnected(aliased, 0x94);
    }

    @Test
    void a_topic_alias_does_not_carry_over_what_was_refused() throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            byte[] properties = {3, 0x23, 0, 1};
            byte[] payload = {7};
            raw.send(
                    RawMqtt.packet(
                            0x32,
                            RawMqtt.join(
                                    RawMqtt.utf8("o1/acme/truck-2/report"),
                                    new byte[] {0, 1},
                                    properties,
                                    payload)),
                    RawMqtt.packet(
                            0x32,
                            RawMqtt.join(
                                    RawMqtt.utf8(""), new byte[] {0, 2}, properties, payload)));

            for (int i = 1; i <= 2; i++) {
                byte[] answer = raw.receive();
                assertThat(answer[0]).isEqualTo((byte) 0x40);
                assertThat(answer[4]).isEqualTo((byte) 0x87);
            }
        }
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_disconnect_cannot_make_a_session_outlive_its_limit() throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            raw.send(
                    RawMqtt.packet(
                            0x82,
                            RawMqtt.join(
                                    new byte[] {0, 1, 0},
                                    RawMqtt.utf8("o1/acme/truck-1/down"),
                                    new byte[] {1})));
            assertThat(raw.receive()).endsWith((byte) 1);
            assertThat(isSubscribed()).isTrue();
            assertThat(raw.receive()).startsWith((byte) 0x32);
            // The session was to end with the connection, and now shall live for ever.
            raw.send(new byte[] {(byte) 0xe0, 7, 0, 5, 0x11, -1, -1, -1, -1});
            raw.receive();
        }
        Awaitility.await().until(() -> !isSubscribed());
    }

    private static boolean isSubscribed() {
        return broker.broker()
                .publishDown(new TrackerId("acme", "truck-1"), Payload.owning(new byte[] {1}))
                .toCompletableFuture()
                .join();
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws Exception {
        try (var raw = new RawMqtt(broker, broker.enrol(ID, 1))) {
            long begin = System.nanoTime();
            raw.send(new byte[0]);

            assertThat(raw.receive()).isEmpty();
            assertThat(System.nanoTime() - begin).isLessThan(8_000_000_000L);
        }
    }

    private static void assertDisconnected(byte[] packet, int code) throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            raw.send(packet);

            assertThat(raw.disconnectCode()).isEqualTo(code);
        }
        assertThat(broker.received).isEmpty();
    }
}
