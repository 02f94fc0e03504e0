package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import io.outrider.gate.ReasonCode;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes to trackers, who hears it, and who is cut off from it. */
@Timeout(60)
class BrokerDownTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");
    private static final String DOWN = TRUCK.topic(Channel.DOWN);
    private static final Payload HELLO = Payload.owning(new byte[] {1, 2, 3});

    @TempDir static Path directory;
    private static TestBroker broker;

    private Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void enrol() {
        broker.inbox = TestBroker.acknowledging();
        broker.ends.clear();
        credential = broker.enrol("acme.truck-1", 1);
    }

    @Test
    void each_filter_is_decided_by_itself_with_its_code() {
        var truck = connected();
        String other = "o1/acme/truck-2/down";

        assertThat(subscribe(truck, DOWN, TRUCK.topic(Channel.FEED))).containsExactly(1, 1);
        assertThat(subscribe(truck, DOWN, other)).containsExactly(1, 0x87);
        assertThat(subscribe(truck, other, DOWN)).containsExactly(0x87, 1);
        assertThat(subscribe(truck, TRUCK.topic(Channel.REPORT))).containsExactly(0x87);
        assertThat(subscribe(truck, "#", "+", "o1/#", "o1/acme/+/down", "o1/acme/truck-1/#"))
                .containsOnly(0xA2);
        assertThat(subscribe(truck, "$SYS/broker/version", "$SYS", "$CONTROL/x", "$events/x"))
                .containsOnly(0x87);
        assertThat(subscribe(truck, "$share/g/" + DOWN, "$share/g/" + other, "$share/g/#"))
                .containsOnly(0x9E);
        assertThat(subscribe(truck, "a".repeat(257), "/".repeat(16))).containsOnly(0x8F);
        truck.disconnect();
    }

    @Test
    void too_many_filters_at_once_end_the_connection_with_0x97() {
        var truck = connected();
        String[] filters = new String[17];
        Arrays.setAll(filters, i -> "a/" + i);

        assertThat(subscribe(truck, Arrays.copyOf(filters, 16))).containsOnly(0x87);
        var _ = truck.toAsync().subscribe(request(filters));

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x97);
    }

    @Test
    void a_denied_filter_hears_nothing() throws Exception {
        var spy = broker.client(broker.enrol("acme.spy", 2), "acme.spy");
        spy.connect();
        var truck = connected();
        try (var heardBySpy = spy.publishes(MqttGlobalPublishFilter.ALL);
                var heard = truck.publishes(MqttGlobalPublishFilter.ALL)) {
            // Afterwards, since it takes a turn of the client's event loop until they hear.
            subscribe(spy, DOWN, "$share/g/" + DOWN, "#");
            subscribe(truck, DOWN);
            assertThat(down(HELLO)).isTrue();

            assertThat(heard.receive(10, TimeUnit.SECONDS)).isPresent();
            assertThat(heardBySpy.receive(500, TimeUnit.MILLISECONDS)).isEmpty();
        }
        spy.disconnect();
        truck.disconnect();
    }

    @Test
    void nothing_that_is_published_is_forwarded_to_anybody() throws Exception {
        var truck = connected();
        subscribe(truck, DOWN, TRUCK.topic(Channel.FEED));
        try (var heard = truck.publishes(MqttGlobalPublishFilter.ALL)) {
            truck.publish(report());
            assertThat(heard.receive(500, TimeUnit.MILLISECONDS)).isEmpty();
        }
        truck.disconnect();
    }

    @Test
    void an_outcome_carries_bytes_down_to_the_one_who_sent() throws Exception {
        var truck = connected();
        subscribe(truck, DOWN);
        broker.inbox =
                _ ->
                        CompletableFuture.completedFuture(
                                new Outcome.Refused(
                                        ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                                        "announce",
                                        Optional.of(HELLO)));
        try (var heard = truck.publishes(MqttGlobalPublishFilter.ALL)) {
            var _ = truck.toAsync().publish(report());

            var message = heard.receive(10, TimeUnit.SECONDS).orElseThrow();
            assertThat(message.getTopic()).hasToString(DOWN);
            assertThat(message.getPayloadAsBytes()).isEqualTo(HELLO.bytes());
            assertThat(message.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
        }
        truck.disconnect();
    }

    @Test
    void what_nobody_subscribes_to_is_told_to_the_sender() throws Exception {
        var truck = connected();

        assertThat(down(HELLO)).isFalse();
        truck.disconnect();
    }

    @Test
    void a_session_keeps_the_newest_messages_for_a_tracker_that_is_away() throws Exception {
        var first = persistent();
        subscribe(first, DOWN);
        first.disconnect();
        int queueMax = TestBroker.LIMITS.sessions().queuedMax();
        for (int i = 0; i < queueMax + 3; i++) {
            assertThat(down(Payload.owning(new byte[] {(byte) i}))).isTrue();
        }

        assertThat(persistentlyReceived(queueMax))
                .hasSize(queueMax)
                .startsWith((byte) 3)
                .endsWith((byte) (queueMax + 2));
    }

    @Test
    void who_was_disconnected_is_gone_with_session_and_queue() throws Exception {
        var truck = persistent();
        subscribe(truck, DOWN);
        truck.disconnect();
        assertThat(down(HELLO)).isTrue();
        var back = persistent();
        Awaitility.await().until(() -> back.getState().isConnected());
        broker.ends.clear();

        broker.broker().disconnect(TRUCK, "removed from the fleet");

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x98);
        assertThat(down(HELLO)).isFalse();
        assertThat(persistentlyReceived(0)).isEmpty();
    }

    @Test
    void disconnecting_nobody_is_no_failure() throws Exception {
        broker.broker().disconnect(new TrackerId("acme", "nobody"), "removed");
    }

    @Test
    void a_name_that_is_enrolled_again_inherits_no_session_and_no_message() throws Exception {
        var truck = persistent();
        subscribe(truck, DOWN);
        truck.disconnect();
        assertThat(down(HELLO)).isTrue();

        credential = broker.enrol("acme.truck-1", 2);

        assertThat(persistentlyReceived(0)).isEmpty();
        assertThat(down(HELLO)).isFalse();
    }

    @Test
    void the_former_owner_of_a_name_is_cut_off_when_the_next_one_comes() {
        var former = connected();
        credential = broker.enrol("acme.truck-1", 2);

        var next = connected();

        Awaitility.await().until(() -> !former.getState().isConnected());
        assertThat(next.getState().isConnected()).isTrue();
        next.disconnect();
    }

    private Mqtt5BlockingClient connected() {
        var client = broker.client(credential, "acme.truck-1");
        client.connect();
        return client;
    }

    private Mqtt5BlockingClient persistent() {
        var client = broker.client(credential, "acme.truck-1");
        client.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
        return client;
    }

    /**
     * First bytes of what waits for the tracker when it comes back; then its session ends. So many
     * are waited for, and one more.
     */
    private List<Byte> persistentlyReceived(int expected) throws InterruptedException {
        var client = broker.client(credential, "acme.truck-1");
        var bytes = new ArrayList<Byte>();
        try (var heard = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connectWith().cleanStart(false).sessionExpiryInterval(0).send();
            Optional<Mqtt5Publish> next;
            do {
                next = heard.receive(bytes.size() < expected ? 20 : 1, TimeUnit.SECONDS);
                next.ifPresent(message -> bytes.add(message.getPayloadAsBytes()[0]));
            } while (next.isPresent());
        }
        client.disconnect();
        return bytes;
    }

    private static boolean down(Payload payload) {
        return broker.broker().publishDown(TRUCK, payload).toCompletableFuture().join();
    }

    private static Mqtt5Publish report() {
        return Mqtt5Publish.builder()
                .topic(TRUCK.topic(Channel.REPORT))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {7})
                .build();
    }

    private static List<Integer> subscribe(Mqtt5BlockingClient client, String... filters) {
        Mqtt5SubAck answer;
        try {
            answer = client.subscribe(request(filters));
        } catch (Mqtt5SubAckException e) {
            answer = e.getMqttMessage();
        }
        return answer.getReasonCodes().stream().map(code -> code.getCode()).toList();
    }

    private static Mqtt5Subscribe request(String... filters) {
        return Mqtt5Subscribe.builder()
                .addSubscriptions(
                        Arrays.stream(filters)
                                .map(filter ->
                                        Mqtt5Subscription.builder()
                                                .topicFilter(filter)
                                                .qos(MqttQos.AT_LEAST_ONCE)
                                                .build()))
                .build();
    }
}
