package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import io.outrider.fleet.Grant;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients own, how much of it, and that it ends with their rights. */
@Timeout(120)
class ClientBelongingsTest {
    private static final Grant[] ALL = {
        TestBroker.mayPublish("tools/#"), TestBroker.maySubscribe("tools/#")
    };

    @TempDir static Path directory;
    private static TestBroker broker;

    /** How far the broker's clock is ahead. */
    private static final AtomicLong AHEAD_NANOS = new AtomicLong();

    private static int number;

    private String name = "";
    private Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, () -> System.nanoTime() + AHEAD_NANOS.get());
        broker.enrolClient("other", 1_000, ALL);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void enrol() {
        number++;
        name = "tool-" + number;
        credential = broker.enrolClient(name, number, ALL);
        broker.ends.clear();
    }

    @Test
    void a_client_has_as_many_sessions_as_it_may_and_no_more() {
        int max = TestBroker.LIMITS.connecting().connectionsPerClientMax();
        var connected = new ArrayList<Mqtt5BlockingClient>();
        for (int i = 0; i < max; i++) {
            connected.add(resumed(name + "." + i));
        }

        assertThatThrownBy(() -> resumed(name + ".more"))
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode().getCode())
                                        .isEqualTo(0x97));
        var first = connected.set(0, resumed(name + ".0")); // which takes the first one's place
        await().until(() -> !first.getState().isConnected()); // or its end comes in the next test
        connected.forEach(Mqtt5BlockingClient::disconnect);
    }

    @Test
    void a_session_that_is_over_makes_room_for_another_and_one_that_waits_does_not() {
        int max = TestBroker.LIMITS.connecting().connectionsPerClientMax();
        resumed(name + ".waits").disconnect();
        for (int i = 1; i < max; i++) {
            brief(name + ".over." + i).disconnect();
        }

        AHEAD_NANOS.addAndGet(Duration.ofMinutes(1).toNanos());

        var connected = new ArrayList<Mqtt5BlockingClient>();
        for (int i = 1; i < max; i++) {
            String id = name + "." + i;
            await().ignoreExceptionsInstanceOf(Mqtt5ConnAckException.class)
                    .until(() -> connected.add(brief(id)));
        }
        assertThatThrownBy(() -> brief(name + ".more")).isInstanceOf(Mqtt5ConnAckException.class);
        var back = broker.client(credential, name + ".waits");
        assertThat(back.connectWith().cleanStart(false).send().isSessionPresent()).isTrue();
        back.disconnect();
        connected.forEach(Mqtt5BlockingClient::disconnect);
    }

    @Test
    void a_session_has_as_many_subscriptions_as_it_may_and_no_more() {
        int max = TestBroker.LIMITS.sessions().subscriptionsMax();
        var client = resumed(name);
        for (int i = 0; i < max; i++) {
            subscribe(client, "tools/" + i);
        }

        assertThat(subscribeRefusal(client, "tools/more")).isEqualTo(0x97);
        subscribe(client, "tools/0");
        client.disconnect();
        var back = resumed(name);
        assertThat(subscribeRefusal(back, "tools/more")).as("after resumption").isEqualTo(0x97);
        back.unsubscribeWith().topicFilter("tools/1").send();
        subscribe(back, "tools/more");
        back.disconnect();
    }

    @Test
    void a_client_retains_as_much_as_it_may_and_no_more() throws Exception {
        int max = TestBroker.LIMITS.sessions().retainedPerClientMax();
        var client = resumed(name);
        for (int i = 0; i < max; i++) {
            retain(client, "tools/kept/" + i);
        }

        assertThatThrownBy(() -> retain(client, "tools/kept/more"))
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode().getCode())
                                        .isEqualTo(0x97));
        retain(client, "tools/kept/0");
        client.publish(retained("tools/kept/1").payload(new byte[0]).build());
        retain(client, "tools/kept/more");
        client.disconnect();
        broker.broker().cutOffClient(name, "test");
        assertThat(retainedSeen("tools/kept/#", 0)).isEmpty();
    }

    @Test
    void a_client_that_is_cut_off_leaves_nothing_behind() throws Exception {
        var live = resumed(name);
        subscribe(live, "tools/live");
        var away = resumed(name + ".away");
        subscribe(away, "tools/away");
        away.disconnect();
        retain(live, "tools/kept");
        var witness = resumed("other", 1_000);
        var heard = witness.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(witness, "tools/will");
        leaveWill(name + ".delayed", 7); // cut off before that on a slow machine, too
        var withWill = withWill(name + ".will");
        witness.publishWith().topic("tools/away").qos(MqttQos.AT_LEAST_ONCE).send();
        broker.ends.clear();
        broker.registry.clients.remove(name);

        broker.broker().cutOffClient(name, "it was stolen");

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        await().until(() -> !live.getState().isConnected());
        await().until(() -> !withWill.getState().isConnected());
        assertThat(heard.receive(9, TimeUnit.SECONDS)).as("a will").isEmpty();
        assertThat(retainedSeen("tools/kept", 0)).isEmpty();
        broker.registry.grant(name, number, credential.keyHash(), ALL);
        var back = broker.client(credential, name + ".away");
        var later = back.publishes(MqttGlobalPublishFilter.ALL);
        assertThat(back.connectWith().cleanStart(false).send().isSessionPresent()).isFalse();
        assertThat(later.receive(1, TimeUnit.SECONDS)).as("a queued message").isEmpty();
        back.disconnect();
        witness.disconnect();
    }

    @Test
    void after_a_change_of_grants_what_is_still_allowed_stays_and_the_rest_goes() throws Exception {
        var kept = resumed(name);
        subscribe(kept, "tools/a");
        var lost = resumed(name + ".lost");
        subscribe(lost, "tools/b");
        withWill(name + ".will");
        retain(kept, "tools/a/kept");
        retain(kept, "tools/b/kept");
        broker.registry.grant(
                name,
                number,
                credential.keyHash(),
                TestBroker.mayPublish("tools/a/#"),
                TestBroker.maySubscribe("tools/a/#"));

        broker.broker().recheckClient(name);

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        assertThat(broker.nextDisconnectCode()).as("with a will").isEqualTo(0x98);
        await().until(() -> !lost.getState().isConnected());
        retain(kept, "tools/a/kept");
        assertThat(retainedSeen("tools/+/kept", 1)).containsExactly("tools/a/kept");
        kept.disconnect();
        broker.broker().cutOffClient(name, "test");
    }

    @Test
    void a_change_that_leaves_a_client_no_right_to_be_here_ends_even_what_holds_nothing()
            throws Exception {
        var client = resumed(name);
        broker.registry.clients.remove(name);

        broker.broker().recheckClient(name);

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        await().until(() -> !client.getState().isConnected());
    }

    @Test
    void a_retained_message_goes_with_whoever_published_it_last() throws Exception {
        var first = resumed(name);
        retain(first, "tools/shared");
        var witness = resumed("other", 1_000);
        retain(witness, "tools/shared");

        broker.broker().cutOffClient(name, "test");
        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        assertThat(retainedSeen("tools/shared", 1)).containsExactly("tools/shared");
        broker.ends.clear();
        broker.broker().cutOffClient("other", "test");
        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        assertThat(retainedSeen("tools/shared", 0)).isEmpty();
    }

    @Test
    void a_session_that_is_resumed_with_fewer_rights_is_not_resumed() {
        var client = resumed(name);
        subscribe(client, "tools/b");
        client.disconnect();
        broker.registry.grant(
                name, number, credential.keyHash(), TestBroker.maySubscribe("tools/a"));
        var back = broker.client(credential, name);

        assertThat(back.connectWith().cleanStart(false).send().isSessionPresent()).isFalse();
        back.disconnect();
    }

    @Test
    void a_name_that_is_given_again_inherits_nothing() {
        var client = resumed(name);
        subscribe(client, "tools/a");
        client.disconnect();
        broker.registry.grant(name, ++number, credential.keyHash(), ALL);
        var next = broker.client(credential, name);

        assertThat(next.connectWith().cleanStart(false).send().isSessionPresent()).isFalse();
        next.disconnect();
    }

    @Test
    void who_was_removed_and_tries_to_publish_leaves_no_will() throws Exception {
        var witness = resumed("other", 1_000);
        var heard = witness.publishes(MqttGlobalPublishFilter.ALL);
        subscribe(witness, "tools/will");
        var client = withWill(name);
        broker.registry.clients.remove(name);

        var _ = client.toAsync().publish(retained("tools/x").retain(false).build());

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x87);
        assertThat(heard.receive(2, TimeUnit.SECONDS)).as("a will").isEmpty();
        witness.disconnect();
    }

    private Mqtt5BlockingClient resumed(String id) {
        var client = broker.client(credential, id);
        client.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
        return client;
    }

    /** Whose session ends with its connection. */
    private Mqtt5BlockingClient brief(String id) {
        var client = broker.client(credential, id);
        client.connect();
        return client;
    }

    private static Mqtt5BlockingClient resumed(String client, long itsNumber) {
        var own = broker.enrolClient(client, itsNumber, ALL);
        var connected = broker.client(own, client);
        connected.connect();
        return connected;
    }

    private Mqtt5BlockingClient withWill(String id) {
        var client = broker.client(credential, id);
        client.connectWith()
                .willPublish()
                .topic("tools/will")
                .payload(new byte[] {1})
                .applyWillPublish()
                .send();
        return client;
    }

    /** A will that is to be published some seconds after its connection has broken, as it has. */
    private void leaveWill(String id, int delaySeconds) throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(
                    RawMqtt.packet(
                            0x10,
                            RawMqtt.join(
                                    RawMqtt.utf8("MQTT"),
                                    new byte[] {5, 0x0e, 0, 60, 5, 0x11, 0, 0, 0, 100},
                                    RawMqtt.utf8(id),
                                    new byte[] {5, 0x18, 0, 0, 0, (byte) delaySeconds},
                                    RawMqtt.utf8("tools/will"),
                                    RawMqtt.utf8("gone"))));
            assertThat(raw.receive()[3]).isZero();
        }
    }

    private static void subscribe(Mqtt5BlockingClient client, String filter) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
    }

    private static int subscribeRefusal(Mqtt5BlockingClient client, String filter) {
        try {
            subscribe(client, filter);
        } catch (Mqtt5SubAckException e) {
            return e.getMqttMessage().getReasonCodes().getFirst().getCode();
        }
        throw new AssertionError("not refused");
    }

    private static void retain(Mqtt5BlockingClient client, String topic) {
        assertThat(client.publish(retained(topic).build()).getError()).isEmpty();
    }

    private static Mqtt5PublishBuilder.Complete retained(String topic) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload(new byte[] {1});
    }

    /** The topics of all retained messages under a filter; so many are waited for, and one more. */
    private static List<String> retainedSeen(String filter, int expected)
            throws InterruptedException {
        var client = broker.client(broker.enrolClient("eye", 2_000, ALL), "eye");
        var topics = new ArrayList<String>();
        try (var heard = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connect();
            subscribe(client, filter);
            Optional<Mqtt5Publish> next;
            do {
                next = heard.receive(topics.size() < expected ? 20 : 1, TimeUnit.SECONDS);
                next.ifPresent(message -> topics.add(message.getTopic().toString()));
            } while (next.isPresent());
        }
        client.disconnect();
        return topics;
    }
}
