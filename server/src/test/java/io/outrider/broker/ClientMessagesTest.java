package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.outrider.gate.ReasonCode;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients say to each other under their grants, with MQTT 5 and the HiveMQ client. */
@Timeout(60)
class ClientMessagesTest {
    private static final byte[] NOTHING = {};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    private Inboxed ear;
    private Mqtt5BlockingClient mouth;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        credential =
                broker.enrolClient(
                        "tool",
                        1,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"),
                        TestBroker.maySubscribe("o1/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void connect() {
        broker.inbox = TestBroker.acknowledging();
        ear = Inboxed.connected(broker, credential, "tool.ear");
        mouth = broker.client(credential, "tool");
        mouth.connect();
    }

    @Test
    void a_message_arrives_with_the_lower_of_both_qos() throws Exception {
        for (MqttQos subscribed : MqttQos.values()) {
            ear.subscribe("tools/" + subscribed.getCode(), subscribed);
            for (MqttQos published : MqttQos.values()) {
                String topic = "tools/" + subscribed.getCode();
                publish(message(topic).extend().qos(published).build());

                assertThat(ear.next().getQos().getCode())
                        .as("%s to %s", published, subscribed)
                        .isEqualTo(Math.min(published.getCode(), subscribed.getCode()));
            }
        }
    }

    @Test
    void a_message_arrives_with_every_property_that_it_left_with() throws Exception {
        Mqtt5Publish sent =
                Mqtt5Publish.builder()
                        .topic("tools/all")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload("ünï".getBytes(StandardCharsets.UTF_8))
                        .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                        .contentType("text/plain")
                        .messageExpiryInterval(100)
                        .responseTopic("tools/answers")
                        .correlationData(new byte[] {1, 2, 3})
                        .userProperties(
                                Mqtt5UserProperties.builder()
                                        .add("a", "1")
                                        .add("a", "2")
                                        .add("b", "")
                                        .build())
                        .build();
        ear.subscribe("tools/all", MqttQos.EXACTLY_ONCE);

        publish(sent);

        Mqtt5Publish received = ear.next();
        assertThat(received.getPayloadAsBytes()).isEqualTo(sent.getPayloadAsBytes());
        assertThat(received.getPayloadFormatIndicator())
                .isEqualTo(sent.getPayloadFormatIndicator());
        assertThat(received.getContentType()).isEqualTo(sent.getContentType());
        assertThat(received.getResponseTopic()).isEqualTo(sent.getResponseTopic());
        assertThat(received.getCorrelationData()).isEqualTo(sent.getCorrelationData());
        assertThat(received.getUserProperties()).isEqualTo(sent.getUserProperties());
        assertThat(received.getMessageExpiryInterval().orElseThrow()).isBetween(90L, 100L);
    }

    @Test
    void a_retained_message_waits_for_whoever_subscribes_later_until_it_is_cleared()
            throws Exception {
        publish(message("tools/kept").extend().retain(true).build());
        ear.subscribe("tools/+", MqttQos.AT_LEAST_ONCE);

        assertThat(ear.next().isRetain()).isTrue();

        publish(message("tools/kept").extend().retain(true).payload(new byte[0]).build());
        assertThat(ear.next().isRetain()).as("it was there already").isFalse();
        Inboxed late = Inboxed.connected(broker, credential, "tool.late");
        late.subscribe("tools/+", MqttQos.AT_LEAST_ONCE);
        assertThat(late.hears(message("tools/end"), mouth)).hasToString("tools/end");
    }

    @Test
    void subscription_options_are_kept() throws Exception {
        publish(message("tools/old").extend().retain(true).build());
        ear.client
                .subscribeWith()
                .addSubscription(
                        Mqtt5Subscription.builder()
                                .topicFilter("tools/#")
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .noLocal(true)
                                .retainAsPublished(true)
                                .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                                .build())
                .send();

        ear.client.publish(message("tools/own"));
        publish(message("tools/new").extend().retain(true).build());

        Mqtt5Publish received = ear.next();
        assertThat(received.getTopic()).hasToString("tools/new");
        assertThat(received.isRetain()).isTrue();
        clear("tools/old");
        clear("tools/new");
    }

    @Test
    void wildcards_reach_what_they_stand_for_and_each_of_a_group_gets_its_share() throws Exception {
        ear.subscribe("tools/+/x", MqttQos.AT_LEAST_ONCE);
        publish(message("tools/a/y"));
        assertThat(ear.hears(message("tools/a/x"), mouth)).hasToString("tools/a/x");

        Inboxed one = Inboxed.connected(broker, credential, "tool.one");
        Inboxed two = Inboxed.connected(broker, credential, "tool.two");
        one.subscribe("$share/group/tools/shared", MqttQos.AT_LEAST_ONCE);
        two.subscribe("$share/group/tools/shared", MqttQos.AT_LEAST_ONCE);
        for (int i = 0; i < 20; i++) {
            publish(message("tools/shared"));
        }
        var received = new AtomicInteger();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> received.addAndGet(one.count() + two.count()) >= 20);
        assertThat(received).hasValue(20);
    }

    @Test
    void a_delayed_will_comes_when_its_time_has_come_and_not_when_its_client_is_back_before()
            throws Exception {
        ear.subscribe("tools/will", MqttQos.AT_LEAST_ONCE);

        leaveWill("tool.gone", 2);
        assertThat(ear.next().getTopic()).hasToString("tools/will");

        leaveWill("tool.back", 8);
        var back = broker.client(credential, "tool.back");
        back.connectWith().cleanStart(false).sessionExpiryInterval(100).send();
        assertThat(ear.poll(10)).as("a will").isEmpty();
        back.disconnect();
    }

    /** A connection that breaks without a DISCONNECT. */
    private static void leaveWill(String clientId, int delaySeconds) throws Exception {
        byte[] will =
                RawMqtt.join(
                        new byte[] {5, 0x18, 0, 0, 0, (byte) delaySeconds},
                        RawMqtt.utf8("tools/will"),
                        RawMqtt.utf8("gone"));
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(
                    RawMqtt.packet(
                            0x10,
                            RawMqtt.join(
                                    RawMqtt.utf8("MQTT"),
                                    new byte[] {5, 0x0e, 0, 60, 5, 0x11, 0, 0, 0, 100},
                                    RawMqtt.utf8(clientId),
                                    will)));
            assertThat(raw.receive()[3]).isZero();
        }
    }

    @Test
    void what_a_tracker_publishes_reaches_who_may_hear_it_once_the_inbox_has_acknowledged()
            throws Exception {
        ear.subscribe("o1/#", MqttQos.AT_LEAST_ONCE);
        MqttPublisher truck = MqttPublisher.connected(broker, "acme.truck-1", 7);
        var outcome = new CompletableFuture<Outcome>();
        broker.inbox = _ -> outcome;

        var begun = truck.begin("first");
        assertThat(ear.poll(2)).as("before the inbox has answered").isEmpty();
        outcome.complete(new Outcome.Acknowledged());
        assertThat(MqttPublisher.code(begun)).isZero();
        assertThat(ear.next().getTopic()).hasToString("o1/acme/truck-1/report");

        broker.inbox =
                _ ->
                        CompletableFuture.completedFuture(
                                new Outcome.Refused(ReasonCode.QUOTA_EXCEEDED, "no"));
        assertThat(truck.publish("refused")).isEqualTo(0x97);
        broker.inbox = TestBroker.acknowledging();
        assertThat(truck.publish("second")).isZero();
        assertThat(new String(ear.next().getPayloadAsBytes(), StandardCharsets.UTF_8))
                .isEqualTo("second");
        truck.client()
                .publishWith()
                .topic(truck.topic())
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add("trace", "7")
                .applyUserProperties()
                .send();
        assertThat(List.<Mqtt5UserProperty>copyOf(ear.next().getUserProperties().asList()))
                .containsExactly(Mqtt5UserProperty.of("trace", "7"));
        truck.disconnect();
    }

    @Test
    void a_session_waits_for_its_client_with_its_subscriptions_and_messages() throws Exception {
        var away = Inboxed.resuming(broker, credential, "tool.away");
        away.subscribe("tools/away", MqttQos.AT_LEAST_ONCE);
        away.client.disconnect();
        publish(message("tools/away"));
        publish(message("tools/away").extend().messageExpiryInterval(1).build());
        Thread.sleep(2_100);

        var back = Inboxed.resuming(broker, credential, "tool.away");
        assertThat(back.next().getTopic()).hasToString("tools/away");
        assertThat(back.poll(1)).as("the message that has expired").isEmpty();
        back.client.disconnect();
    }

    @Test
    void a_subscription_holds_for_whatever_comes_after_it_answered_or_not() throws Exception {
        try (var first = raw("tool.first");
                var second = raw("tool.second")) {
            for (int i = 0; i < 50; i++) {
                String topic = "tools/race/" + i;
                first.send(RawMqtt.packet(0x82, subscribe(topic)), RawMqtt.packet(0xc0, NOTHING));
                List<Integer> answers = untilPingResponse(first);
                second.send(RawMqtt.publish(2, topic, 1));

                assertThat(second.receive()).as("heard").containsExactly(0x40, 2, 0, 1);
                while (!answers.containsAll(List.of(0x90, 0x30))) {
                    answers.add(type(first));
                }
            }
        }
    }

    private static byte[] subscribe(String topic) {
        return RawMqtt.join(new byte[] {0, 7, 0}, RawMqtt.utf8(topic), new byte[] {0});
    }

    private static RawMqtt raw(String id) throws Exception {
        var raw = new RawMqtt(broker, credential);
        raw.send(RawMqtt.connect(id));
        assertThat(raw.receive()[3]).isZero();
        return raw;
    }

    private static List<Integer> untilPingResponse(RawMqtt raw) throws Exception {
        var types = new ArrayList<Integer>();
        do {
            types.add(type(raw));
        } while (types.getLast() != 0xd0);
        return types;
    }

    private static int type(RawMqtt raw) throws Exception {
        return raw.receive()[0] & 0xf0;
    }

    private void clear(String topic) {
        publish(message(topic).extend().retain(true).payload(new byte[0]).build());
    }

    private void publish(Mqtt5Publish message) {
        assertThat(mouth.publish(message).getError()).isEmpty();
    }

    private static Mqtt5Publish message(String topic) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {7})
                .build();
    }

    @AfterEach
    void disconnect() {
        mouth.disconnect();
        ear.client.disconnect();
    }

    /** A client that keeps what it hears. */
    private record Inboxed(Mqtt5BlockingClient client, Mqtt5BlockingClient.Mqtt5Publishes heard) {
        static Inboxed connected(TestBroker broker, Credential credential, String id) {
            var client = broker.client(credential, id);
            var heard = client.publishes(MqttGlobalPublishFilter.ALL);
            client.connect();
            return new Inboxed(client, heard);
        }

        static Inboxed resuming(TestBroker broker, Credential credential, String id) {
            var client = broker.client(credential, id);
            var heard = client.publishes(MqttGlobalPublishFilter.ALL);
            client.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
            return new Inboxed(client, heard);
        }

        void subscribe(String filter, MqttQos qos) {
            client.subscribeWith().topicFilter(filter).qos(qos).send();
        }

        Mqtt5Publish next() throws InterruptedException {
            return poll(20).orElseThrow();
        }

        Optional<Mqtt5Publish> poll(int seconds) throws InterruptedException {
            return heard.receive(seconds, TimeUnit.SECONDS);
        }

        /** The topic of the next that comes once this was published. */
        Object hears(Mqtt5Publish message, Mqtt5BlockingClient from) throws InterruptedException {
            from.publish(message);
            return next().getTopic();
        }

        int count() throws InterruptedException {
            int count = 0;
            while (poll(1).isPresent()) {
                count++;
            }
            return count;
        }
    }
}
