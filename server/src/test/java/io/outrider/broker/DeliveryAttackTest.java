package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts to be sent, or to be held on to, what one has no right to any more. */
@Timeout(60)
class DeliveryAttackTest {
    private static final byte[] PING = {(byte) 0xc0, 0};
    private static final int LARGE = 900_000;
    private static final Limits LIMITS =
            TestLimits.of(
                    Map.of(),
                    Map.of("packetBytesMax", 1 << 20),
                    Map.of(),
                    Map.of("bytesPerSecond", 1 << 30, "bytesBurst", 1 << 30));

    @TempDir static Path directory;
    private static TestBroker broker;
    private static RawMqtt mouth;
    private static int number = 100;

    private String name = "";
    private Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, LIMITS);
        mouth = new RawMqtt(broker, broker.enrolClient("mouth", 1, TestBroker.mayPublish("#")));
        mouth.send(RawMqtt.connect("mouth"));
        assertThat(mouth.connackCode()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        mouth.close();
        broker.close();
    }

    @BeforeEach
    void enrol() {
        name = "ear-" + ++number;
        credential = broker.enrolClient(name, number, TestBroker.maySubscribe("tools/#"));
        broker.events.clear();
    }

    @Test
    void what_waits_after_an_unsubscribe_is_not_sent_once_the_right_has_gone() throws Exception {
        try (var raw = connected(0)) {
            leaveWaitingWithoutSubscription(raw);

            mayHearOnlyA();
            raw.send(new byte[] {0x40, 2, 0, 1}); // makes room for the next

            publish("tools/a", "a");
            assertThat(text(raw.receive())).as("all that comes").contains("tools/a");
            raw.send(PING);
            assertThat(raw.receive()[0]).isEqualTo((byte) 0xd0);
        }
        assertThat(broker.events)
                .filteredOn(GateEvent.Denied.class::isInstance)
                .extracting(event -> ((GateEvent.Denied) event).topic())
                .contains("tools/b");
    }

    @Test
    void nor_is_it_sent_when_the_session_is_resumed() throws Exception {
        try (var raw = connected(0)) {
            leaveWaitingWithoutSubscription(raw);
        }

        mayHearOnlyA();

        try (var raw = connected(1)) {
            publish("tools/a", "a");
            assertThat(text(raw.receive())).as("all that comes").contains("tools/a");
            raw.send(PING);
            assertThat(raw.receive()[0]).isEqualTo((byte) 0xd0);
        }
    }

    @Test
    void what_a_group_waits_for_is_left_to_those_of_it_who_still_may() throws Exception {
        try (var raw = connected(0)) {
            raw.send(subscribe("$share/group/tools/b"));
            assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
            broker.registry.grant(
                    name, number, credential.keyHash(), TestBroker.maySubscribe("tools/a"));

            publish("tools/b", "for one of you");

            assertThat(raw.disconnectCode()).isEqualTo(0x87);
        }
        enrol();
        try (var raw = connected(0)) {
            raw.send(subscribe("$share/group/tools/b"));
            assertThat(text(RawMqtt.join(raw.receive(), raw.receive())))
                    .as("the SUBACK and, before or after it, the message")
                    .contains("for one of you");
        }
    }

    @Test
    void who_does_not_read_is_cut_off_all_the_same() throws Exception {
        try (var raw = connected(0, 100)) {
            raw.send(subscribe("tools/b"));
            assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
            for (int i = 0; i < 10; i++) { // more than any socket holds
                publish("tools/b", "x".repeat(LARGE));
            }
            broker.registry.clients.remove(name);

            broker.broker().cutOffClient(name, "it was stolen");

            publish("tools/b", "what was published since");
            assertThat(text(raw.receiveAll())).doesNotContain("what was published since");
        }
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(broker.events)
                                .filteredOn(GateEvent.Disconnected.class::isInstance)
                                .extracting(event -> ((GateEvent.Disconnected) event).clientId())
                                .contains(name));
    }

    /** Three messages of tools/b, the first of them sent, and tools/b unsubscribed from. */
    private void leaveWaitingWithoutSubscription(RawMqtt raw) throws IOException {
        raw.send(subscribe("tools/a"));
        assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
        raw.send(subscribe("tools/b"));
        assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
        for (int i = 0; i < 3; i++) {
            publish("tools/b", "b");
        }
        assertThat(text(raw.receive())).as("the probe").contains("tools/b");
        raw.send(RawMqtt.packet(0xa2, RawMqtt.join(new byte[] {0, 2, 0}, RawMqtt.utf8("tools/b"))));
        assertThat(raw.receive()[0]).isEqualTo((byte) 0xb0);
    }

    private void mayHearOnlyA() throws BrokerException {
        broker.registry.grant(
                name, number, credential.keyHash(), TestBroker.maySubscribe("tools/a"));
        broker.broker().recheckClient(name);
    }

    private RawMqtt connected(int present) throws IOException {
        return connected(present, 1);
    }

    /** Takes so many messages at a time; its session outlives the connection by 100 s. */
    private RawMqtt connected(int present, int receiveMax) throws IOException {
        var raw = new RawMqtt(broker, Optional.of(credential), "mqtt", "127.0.0.1");
        byte[] head = {5, 0, 0, 60, 8, 0x11, 0, 0, 0, 100, 0x21, 0, (byte) receiveMax};
        raw.send(
                RawMqtt.packet(0x10, RawMqtt.join(RawMqtt.utf8("MQTT"), head, RawMqtt.utf8(name))));
        byte[] connack = raw.receive();
        assertThat(connack).startsWith(0x20);
        assertThat(connack[2]).as("session present").isEqualTo((byte) present);
        assertThat(connack[3]).as("code").isZero();
        return raw;
    }

    private static byte[] subscribe(String filter) {
        return RawMqtt.packet(
                0x82, RawMqtt.join(new byte[] {0, 1, 0}, RawMqtt.utf8(filter), new byte[] {1}));
    }

    /** With QoS 1, and acknowledged. */
    private static void publish(String topic, String payload) throws IOException {
        mouth.send(
                RawMqtt.packet(
                        0x32,
                        RawMqtt.join(
                                RawMqtt.utf8(topic),
                                new byte[] {0, 1, 0},
                                payload.getBytes(StandardCharsets.US_ASCII))));
        assertThat(mouth.receive()[0]).isEqualTo((byte) 0x40);
    }

    private static String text(byte[] packet) {
        return new String(packet, StandardCharsets.ISO_8859_1);
    }
}
