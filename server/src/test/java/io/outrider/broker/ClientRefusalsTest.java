package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5ReasonCode;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That MQTT 5 says why in each packet that can, and sends nobody to another server. */
@Timeout(60)
class ClientRefusalsTest {
    private static final byte[] PACKET_1 = {0, 1, 0};
    private static final byte[] QOS_1 = {1};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        credential = broker.enrolClient("tool", 1, TestBroker.mayPublish("tools/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_connack_says_why_and_names_no_other_server() {
        var refusal =
                catchThrowableOfType(
                                Mqtt5ConnAckException.class,
                                () -> broker.client(credential, "other").connect())
                        .getMqttMessage();

        assertSays(
                refusal.getReasonCode(),
                refusal.getReasonString(),
                0x85,
                "client identifiers of tool are tool and tool.anything");
        assertThat(refusal.getServerReference()).isEmpty();
    }

    @Test
    void a_suback_a_puback_and_a_pubrec_say_why() {
        var client = connected("tool.acks");

        var suback =
                catchThrowableOfType(
                                Mqtt5SubAckException.class,
                                () -> client.subscribeWith().topicFilter("tools/#").send())
                        .getMqttMessage();
        assertThat(suback.getReasonCodes().getFirst().getCode()).isEqualTo(0x87);
        assertThat(suback.getReasonString().orElseThrow().toString())
                .contains("no grant covers tools/#");
        var puback =
                catchThrowableOfType(
                                Mqtt5PubAckException.class,
                                () -> publish(client, MqttQos.AT_LEAST_ONCE))
                        .getMqttMessage();
        assertSays(puback.getReasonCode(), puback.getReasonString(), 0x87, "no grant covers");
        var pubrec =
                catchThrowableOfType(
                                Mqtt5PubRecException.class,
                                () -> publish(client, MqttQos.EXACTLY_ONCE))
                        .getMqttMessage();
        assertSays(pubrec.getReasonCode(), pubrec.getReasonString(), 0x87, "no grant covers");
        client.disconnect();
    }

    @Test
    void a_response_topic_that_its_sender_may_not_hear_or_that_is_no_topic_reaches_nobody()
            throws Exception {
        Credential hearing =
                broker.enrolClient(
                        "asker",
                        2,
                        TestBroker.mayPublish("tools/ask"),
                        TestBroker.maySubscribe("tools/#"));
        try (var ear = admitted(hearing, "asker.ear");
                var asker = admitted(hearing, "asker")) {
            ear.send(RawMqtt.packet(0x82, RawMqtt.join(PACKET_1, RawMqtt.utf8("#"), QOS_1)));
            assertThat(ear.receive()).as("not even by whoever may subscribe").endsWith(0x87);
            ear.send(RawMqtt.packet(0x82, RawMqtt.join(PACKET_1, RawMqtt.utf8("tools/#"), QOS_1)));
            assertThat(ear.receive()).startsWith(0x90).endsWith(1);

            for (String topic : new String[] {"o1/acme/truck-1/down", "elsewhere", "$SYS/a"}) {
                asker.send(asking(topic));
                assertThat(asker.receive()).startsWith(0x40).contains(0x87);
            }
            for (String none : new String[] {"tools/#", "tools/+", "+", "#", ""}) {
                try (var raw = admitted(hearing, "asker.wild")) {
                    raw.send(asking(none));
                    byte[] answer = raw.receive();
                    assertThat(answer.length == 0 || answer[0] == (byte) 0xe0 || answer[4] != 0)
                            .as(none)
                            .isTrue();
                }
            }
            asker.send(asking("tools/answers"));
            assertThat(asker.receive()).startsWith(0x40, 0x02, 0x00, 0x01);

            assertThat(new String(ear.receive(), StandardCharsets.ISO_8859_1))
                    .contains("tools/answers");
        }
    }

    private static RawMqtt admitted(Credential of, String id) throws IOException {
        var raw = new RawMqtt(broker, of);
        raw.send(RawMqtt.connect(id));
        assertThat(raw.connackCode()).isZero();
        return raw;
    }

    /** A PUBLISH of QoS 1 to tools/ask with this response topic. */
    private static byte[] asking(String responseTopic) {
        byte[] property = RawMqtt.join(new byte[] {0x08}, RawMqtt.utf8(responseTopic));
        return RawMqtt.packet(
                0x32,
                RawMqtt.join(
                        RawMqtt.utf8("tools/ask"),
                        new byte[] {0, 1, (byte) property.length},
                        property));
    }

    @Test
    void a_disconnect_says_why_and_names_no_other_server() throws Exception {
        var client = connected("tool.qos0");

        publish(client, MqttQos.AT_MOST_ONCE);

        assertThat(broker.ends.poll(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Mqtt5DisconnectException.class,
                        e -> {
                            var disconnect = e.getMqttMessage();
                            assertSays(
                                    disconnect.getReasonCode(),
                                    disconnect.getReasonString(),
                                    0x87,
                                    "no grant covers");
                            assertThat(disconnect.getServerReference()).isEmpty();
                        });
    }

    private static Mqtt5BlockingClient connected(String id) {
        var client = broker.client(credential, id);
        assertThat(client.connect().getServerReference()).isEmpty();
        broker.ends.clear();
        return client;
    }

    private static void publish(Mqtt5BlockingClient client, MqttQos qos) {
        client.publishWith().topic("elsewhere").qos(qos).send();
    }

    private static void assertSays(
            Mqtt5ReasonCode code, Optional<MqttUtf8String> reason, int expected, String words) {
        assertThat(code.getCode()).isEqualTo(expected);
        assertThat(reason.orElseThrow().toString()).contains(words);
    }
}
