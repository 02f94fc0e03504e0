package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client identifiers that the server assigns, and topic aliases in both directions. */
@Timeout(60)
class ClientAliasesTest {
    private static final byte[] NO_PROPERTIES = {0};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        credential =
                broker.enrolClient(
                        "tool",
                        1,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_client_without_an_identifier_is_given_one_of_its_own_and_told_so() {
        var client = broker.clientBuilder(credential).buildBlocking();
        var other = broker.clientBuilder(credential).buildBlocking();

        String first = assigned(client);
        String second = assigned(other);

        assertThat(first).matches("tool\\.[0-9a-f]{24}").isNotEqualTo(second);
        assertThat(second).matches("tool\\.[0-9a-f]{24}");
        client.disconnect();
        other.disconnect();
    }

    private static String assigned(Mqtt5BlockingClient client) {
        return client.connect().getAssignedClientIdentifier().orElseThrow().toString();
    }

    @Test
    void mqtt_3_1_1_gets_in_without_an_identifier_with_a_clean_session_only() throws Exception {
        assertThat(connack311(2)[3]).isZero();
        assertThat(connack311(0)[3]).as("identifier rejected").isEqualTo((byte) 2);
    }

    private static byte[] connack311(int flags) throws IOException {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(
                    RawMqtt.packet(
                            0x10,
                            RawMqtt.join(
                                    RawMqtt.utf8("MQTT"),
                                    new byte[] {4, (byte) flags, 0, 0, 0, 0})));
            return raw.receive();
        }
    }

    @Test
    void a_tracker_without_an_identifier_does_not_get_in() throws Exception {
        try (var raw = new RawMqtt(broker, broker.enrol("acme.truck-1", 1))) {
            raw.send(RawMqtt.connect(""));

            assertThat(raw.receive()[3]).isEqualTo((byte) 0x85);
        }
    }

    @Test
    void the_first_message_of_a_topic_carries_topic_and_alias_and_the_next_the_alias_alone()
            throws Exception {
        try (var raw = subscribed("tool.a", 2, 0)) {
            say("tools/a", "1");
            assertThat(raw.receive()).isEqualTo(received("tools/a", 1, "1"));
            say("tools/a", "2");
            assertThat(raw.receive()).isEqualTo(received("", 1, "2"));
            say("tools/b", "3");
            assertThat(raw.receive()).isEqualTo(received("tools/b", 2, "3"));
            say("tools/c", "4");
            assertThat(raw.receive()).as("no alias is left").isEqualTo(received("tools/c", 0, "4"));
            say("tools/b", "5");
            assertThat(raw.receive()).isEqualTo(received("", 2, "5"));
        }
    }

    @Test
    void a_client_that_takes_no_aliases_gets_none() throws Exception {
        try (var raw = subscribed("tool.none", 0, 0)) {
            for (String text : new String[] {"1", "2"}) {
                say("tools/a", text);
                assertThat(raw.receive()).isEqualTo(received("tools/a", 0, text));
            }
        }
    }

    @Test
    void no_alias_is_told_in_a_message_that_is_too_large_to_be_sent() throws Exception {
        try (var raw = subscribed("tool.small", 2, 40)) {
            say("tools/a", "x".repeat(60));
            say("tools/a", "y".repeat(26));
            assertThat(raw.receive())
                    .as("just fits, without an alias")
                    .isEqualTo(received("tools/a", 0, "y".repeat(26)));
            say("tools/a", "z");
            assertThat(raw.receive()).isEqualTo(received("tools/a", 1, "z"));
            say("tools/a", "z".repeat(28));
            assertThat(raw.receive()).isEqualTo(received("", 1, "z".repeat(28)));
        }
    }

    @Test
    void a_message_that_is_sent_again_on_a_new_connection_carries_its_topic_again()
            throws Exception {
        try (var raw = resumed("tool.again")) {
            raw.send(subscribe("tools/a", 1));
            raw.receive();
            say("tools/a", "1");
            say("tools/a", "2");
            assertThat(text(raw.receive())).contains("tools/a");
            assertThat(text(raw.receive())).doesNotContain("tools/a");
        }
        try (var raw = resumed("tool.again")) {
            byte[] first = raw.receive();
            assertThat(first[0]).as("a duplicate of QoS 1").isEqualTo((byte) 0x3a);
            assertThat(text(first)).contains("tools/a");
            assertThat(text(raw.receive())).doesNotContain("tools/a");
        }
    }

    @Test
    void the_hivemq_client_reads_what_has_aliases() throws Exception {
        var client = broker.client(credential, "tool.hive");
        try (var heard = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connectWith().restrictions().topicAliasMaximum(2).applyRestrictions().send();
            client.subscribeWith().topicFilter("tools/#").qos(MqttQos.EXACTLY_ONCE).send();
            for (int i = 0; i < 30; i++) {
                client.publish(
                        Mqtt5Publish.builder()
                                .topic("tools/" + i % 4)
                                .qos(List.of(MqttQos.values()).get(i % 3))
                                .build());
                assertThat(heard.receive(10, TimeUnit.SECONDS).orElseThrow().getTopic())
                        .hasToString("tools/" + i % 4);
            }
        }
        client.disconnect();
    }

    @Test
    void an_alias_that_was_never_told_ends_the_connection_with_0x94_or_a_protocol_error()
            throws Exception {
        for (int alias : new int[] {0, 1, 17}) {
            try (var raw = connected("tool.in", 0, 0, 0)) {
                raw.send(
                        RawMqtt.packet(
                                0x30,
                                RawMqtt.join(
                                        RawMqtt.utf8(""), new byte[] {3, 0x23, 0, (byte) alias})));
                assertThat(raw.disconnectCode()).as("alias " + alias).isIn(0x94, 0x82);
            }
        }
    }

    @Test
    void an_alias_stands_for_the_topic_that_it_was_told_with_and_is_judged_as_that()
            throws Exception {
        try (var raw = subscribed("tool.both", 0, 0)) {
            raw.send(publishWithAlias("tools/a"), publishWithAlias(""));
            assertThat(raw.receive()).isEqualTo(received("tools/a", 0, "!"));
            assertThat(raw.receive()).isEqualTo(received("tools/a", 0, "!"));
        }
        try (var raw = connected("tool.both", 0, 0, 0)) {
            raw.send(publishWithAlias("forbidden"), publishWithAlias(""));
            assertThat(raw.disconnectCode()).isEqualTo(0x87);
        }
    }

    private static byte[] publishWithAlias(String topic) {
        return RawMqtt.packet(
                0x30, RawMqtt.join(RawMqtt.utf8(topic), new byte[] {3, 0x23, 0, 1, '!'}));
    }

    private static void say(String topic, String text) throws IOException {
        try (var raw = connected("tool.say", 0, 0, 0)) {
            raw.send(
                    RawMqtt.packet(
                            0x32,
                            RawMqtt.join(
                                    RawMqtt.utf8(topic),
                                    new byte[] {0, 1, 0},
                                    text.getBytes(StandardCharsets.UTF_8))));
            raw.receive();
        }
    }

    /** A PUBLISH with QoS 0. */
    private static byte[] received(String topic, int alias, String text) {
        byte[] properties = alias == 0 ? NO_PROPERTIES : new byte[] {3, 0x23, 0, (byte) alias};
        return RawMqtt.packet(
                0x30,
                RawMqtt.join(
                        RawMqtt.utf8(topic), properties, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static RawMqtt subscribed(String id, int aliasesMax, int packetBytesMax)
            throws IOException {
        var raw = connected(id, aliasesMax, packetBytesMax, 0);
        raw.send(subscribe("tools/#", 0));
        assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
        return raw;
    }

    private static RawMqtt resumed(String id) throws IOException {
        return connected(id, 2, 0, 100);
    }

    private static RawMqtt connected(
            String id, int aliasesMax, int packetBytesMax, int expirySeconds) throws IOException {
        byte[] properties =
                RawMqtt.join(
                        new byte[] {0x22, 0, (byte) aliasesMax},
                        new byte[] {0x11, 0, 0, 0, (byte) expirySeconds},
                        packetBytesMax == 0
                                ? new byte[0]
                                : new byte[] {0x27, 0, 0, 0, (byte) packetBytesMax});
        var raw = new RawMqtt(broker, credential);
        raw.send(
                RawMqtt.packet(
                        0x10,
                        RawMqtt.join(
                                RawMqtt.utf8("MQTT"),
                                new byte[] {5, (byte) (expirySeconds == 0 ? 2 : 0), 0, 60},
                                new byte[] {(byte) properties.length},
                                properties,
                                RawMqtt.utf8(id))));
        byte[] connack = raw.receive();
        assertThat(Arrays.copyOf(connack, 1)).isEqualTo(new byte[] {0x20});
        assertThat(connack[3]).isZero();
        return raw;
    }

    private static byte[] subscribe(String filter, int qos) {
        return RawMqtt.packet(
                0x82,
                RawMqtt.join(new byte[] {0, 1, 0}, RawMqtt.utf8(filter), new byte[] {(byte) qos}));
    }

    private static String text(byte[] packet) {
        return new String(packet, StandardCharsets.ISO_8859_1);
    }
}
