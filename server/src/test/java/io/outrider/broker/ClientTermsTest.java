package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client and the server agree on in CONNECT and CONNACK, held to afterwards. */
@Timeout(60)
class ClientTermsTest {
    private static final int EXPIRY_MAX_SECONDS = 8;
    private static final Limits LIMITS =
            TestLimits.of(
                    Map.of(),
                    Map.of(),
                    Map.of(
                            "keepAliveMin", Duration.ofSeconds(1),
                            "keepAliveMax", Duration.ofSeconds(6),
                            "expiryMax", Duration.ofSeconds(EXPIRY_MAX_SECONDS)),
                    Map.of());
    private static final byte[] PING = {(byte) 0xc0, 0};
    private static final byte[] NONE = {};
    private static final int V5 = 5;
    private static final int V3_1_1 = 4;
    private static final int CLEAN = 2;
    private static final int RESUME = 0;

    @TempDir static Path directory;
    private static TestBroker broker;
    private static int number = 10;

    private String name = "";
    private Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, LIMITS);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void enrol() {
        name = "terms-" + ++number;
        credential =
                broker.enrolClient(
                        name,
                        number,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"));
    }

    @Test
    void a_session_that_has_expired_leaves_neither_subscription_nor_queue() throws Exception {
        byte[] second = expiry(1);
        try (var raw = connected(V5, RESUME, second)) {
            subscribe(raw, "tools/a");
        }
        publish("tools/a", 1, "queued");

        awaitGone();
        Thread.sleep(1_500);

        try (var raw = connected(V5, RESUME, second)) { // which wants no session present
            publish("tools/a", 1, "published since");
            assertNothingComes(raw);
        }
    }

    @Test
    void a_session_for_ever_ends_at_the_limit_in_each_version() throws Exception {
        for (int version : new int[] {V5, V3_1_1}) {
            byte[] forEver = version == V5 ? expiry(0xffff_ffff) : NONE;
            String id = name + "." + version;
            connected(id, version, RESUME, forEver, 0).close();
            connected(id, version, RESUME, forEver, 1).close();

            awaitGone();
            Thread.sleep(Duration.ofSeconds(EXPIRY_MAX_SECONDS).plusMillis(500));

            connected(id, version, RESUME, forEver, 0).close();
        }
    }

    @Test
    void mqtt_3_1_1_that_asks_for_no_keep_alive_is_held_to_ours() throws Exception {
        try (var silent = connected(V3_1_1, CLEAN, NONE);
                var speaking = connectedAs(".speaking", V3_1_1, CLEAN, NONE)) {
            long begin = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                Thread.sleep(1_000); // ten times that is more than one and a half of six seconds
                speaking.send(PING);
                assertThat(speaking.receive()).startsWith(0xd0);
            }
            assertThat(silent.receive()).as("it has been hung up on").isEmpty();
            assertThat(System.nanoTime() - begin).isLessThan(Duration.ofSeconds(20).toNanos());
        }
    }

    @Test
    void a_packet_larger_than_a_client_takes_is_not_sent_and_holds_up_no_other() throws Exception {
        int packetMax = 40;
        byte[] oneAtATime =
                RawMqtt.join(
                        new byte[] {0x27, 0, 0, 0, (byte) packetMax, 0x21, 0, 1},
                        expiry(EXPIRY_MAX_SECONDS));
        try (var raw = connected(V5, RESUME, oneAtATime)) {
            subscribe(raw, "tools/a");
            for (int qos = 0; qos <= 2; qos++) {
                int overhead = 2 + 2 + "tools/a".length() + (qos > 0 ? 2 : 0) + 1;
                publish("tools/a", qos, "x".repeat(packetMax - overhead + 1));
                publish("tools/a", qos, "y".repeat(packetMax - overhead));
                byte[] received = raw.receive();
                assertThat(text(received)).as("QoS " + qos).endsWith("y").doesNotContain("x");
                assertThat(received).hasSize(packetMax);
                answer(raw, received, qos);
            }
        }
        publish("tools/a", 1, "x".repeat(packetMax));
        publish("tools/a", 1, "y");
        try (var raw = resumed(V5, oneAtATime)) {
            assertThat(text(raw.receive())).endsWith("y");
        }
    }

    @Test
    void a_reason_that_would_make_an_answer_larger_than_a_client_takes_is_left_out()
            throws Exception {
        String forbidden = "other/" + "x".repeat(60); // what the reason repeats
        try (var raw = connected(V5, CLEAN, new byte[] {0x27, 0, 0, 0, 36})) {
            raw.send(subscribeTo(forbidden));
            assertThat(raw.receive()).containsExactly(0x90, 4, 0, 1, 0, 0x87);
            raw.send(RawMqtt.publish(2, forbidden, 7));
            assertThat(raw.receive()).containsExactly(0x40, 3, 0, 7, 0x87);
            broker.registry.clients.remove(name);
            raw.send(RawMqtt.publish(2, "tools/a", 8));
            byte[] end = raw.receive();
            assertThat(end).startsWith(0xe0).hasSizeLessThanOrEqualTo(36);
            assertThat(end[2]).isEqualTo((byte) 0x87);
        }
    }

    /** With no session before, and a new one now. */
    private RawMqtt connected(int version, int flags, byte[] properties) throws IOException {
        return connectedAs("", version, flags, properties);
    }

    private RawMqtt connectedAs(String suffix, int version, int flags, byte[] properties)
            throws IOException {
        return connected(name + suffix, version, flags, properties, 0);
    }

    private RawMqtt resumed(int version, byte[] properties) throws IOException {
        return connected(name, version, RESUME, properties, 1);
    }

    /** Asks for no keep alive. */
    private RawMqtt connected(String id, int version, int flags, byte[] properties, int present)
            throws IOException {
        var raw = new RawMqtt(broker, credential);
        byte[] all =
                version == V5
                        ? RawMqtt.join(new byte[] {(byte) properties.length}, properties)
                        : NONE;
        raw.send(
                RawMqtt.packet(
                        0x10,
                        RawMqtt.join(
                                RawMqtt.utf8("MQTT"),
                                new byte[] {(byte) version, (byte) flags, 0, 0},
                                all,
                                RawMqtt.utf8(id))));
        byte[] connack = raw.receive();
        assertThat(connack).as(HexFormat.of().formatHex(connack)).startsWith(0x20);
        assertThat(connack[3]).as("code").isZero();
        assertThat(connack[2]).as("session present").isEqualTo((byte) present);
        return raw;
    }

    private static byte[] expiry(int seconds) {
        return new byte[] {
            0x11,
            (byte) (seconds >> 24),
            (byte) (seconds >> 16),
            (byte) (seconds >> 8),
            (byte) seconds
        };
    }

    private static byte[] subscribeTo(String filter) {
        return RawMqtt.packet(
                0x82, RawMqtt.join(new byte[] {0, 1, 0}, RawMqtt.utf8(filter), new byte[] {2}));
    }

    private static void subscribe(RawMqtt raw, String filter) throws IOException {
        raw.send(subscribeTo(filter));
        assertThat(raw.receive()).containsExactly(0x90, 4, 0, 1, 0, 2);
    }

    /** By another connection of the client, and taken when this returns. */
    private void publish(String topic, int qos, String payload) throws IOException {
        try (var raw = connectedAs(".mouth", V5, CLEAN, NONE)) {
            byte[] id = qos == 0 ? NONE : new byte[] {0, 1};
            byte[] rest =
                    RawMqtt.join(id, new byte[] {0}, payload.getBytes(StandardCharsets.US_ASCII));
            raw.send(RawMqtt.packet(0x30 | qos << 1, RawMqtt.join(RawMqtt.utf8(topic), rest)));
            switch (qos) {
                case 1 -> assertThat(raw.receive()).startsWith(0x40);
                case 2 -> {
                    assertThat(raw.receive()).startsWith(0x50);
                    raw.send(new byte[] {0x62, 2, 0, 1});
                    assertThat(raw.receive()).startsWith(0x70);
                }
                default -> assertNothingComes(raw);
            }
        }
    }

    /** To the end of its flow. */
    private static void answer(RawMqtt raw, byte[] publish, int qos) throws IOException {
        int at = 2 + 2 + publish[3];
        byte high = publish[at];
        byte low = publish[at + 1];
        switch (qos) {
            case 1 -> raw.send(new byte[] {0x40, 2, high, low});
            case 2 -> {
                raw.send(new byte[] {0x50, 2, high, low});
                assertThat(raw.receive()).startsWith(0x62);
                raw.send(new byte[] {0x70, 2, high, low});
            }
            default -> {}
        }
    }

    /** Until the broker knows that nobody is connected: the time of a session begins with that. */
    private static void awaitGone() {
        await().until(() ->
                count(GateEvent.Connected.class) == count(GateEvent.Disconnected.class));
    }

    private static long count(Class<?> kind) {
        return broker.events.stream().filter(kind::isInstance).count();
    }

    private static void assertNothingComes(RawMqtt raw) throws IOException {
        raw.send(PING);
        assertThat(raw.receive()[0]).as("the answer to the ping").isEqualTo((byte) 0xd0);
    }

    private static String text(byte[] packet) {
        return new String(packet, StandardCharsets.ISO_8859_1);
    }
}
