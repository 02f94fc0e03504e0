package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import io.outrider.gate.ReasonCode;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestAuthority.Request;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a PUBLISH, over TLS, with the HiveMQ client. */
@Timeout(60)
class BrokerPublishTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");
    private static final String REPORT = TRUCK.topic(Channel.REPORT);

    @TempDir static Path directory;
    private static TestBroker broker;

    private Credential credential;
    private Mqtt5BlockingClient truck;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void connect() {
        broker.inbox = TestBroker.acknowledging();
        broker.received.clear();
        broker.ends.clear();
        credential = broker.enrol("acme.truck-1", 42);
        truck = broker.client(credential, "acme.truck-1");
        truck.connect();
    }

    @AfterEach
    void disconnect() {
        try {
            truck.disconnect();
        } catch (MqttClientStateException e) {
            // The broker was faster: being cut off is what some of these tests are about.
            assertThat(e).hasMessageContaining("not connected");
        }
    }

    @Test
    void a_message_reaches_the_inbox_with_all_that_belongs_to_it() {
        Mqtt5Publish publish =
                Mqtt5Publish.builder()
                        .topic(REPORT)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(new byte[] {1, 2, 3})
                        .userProperties()
                        .add("a", "1")
                        .add("a", "ü")
                        .applyUserProperties()
                        .build();

        assertThat(code(truck.toAsync().publish(publish))).isEqualTo(0x00);

        assertThat(broker.received)
                .containsExactly(
                        new Inbound(
                                TRUCK,
                                42,
                                Channel.REPORT,
                                Payload.owning(new byte[] {1, 2, 3}),
                                List.of(
                                        new Inbound.UserProperty("a", "1"),
                                        new Inbound.UserProperty("a", "ü")),
                                false));
    }

    @Test
    void nothing_is_acknowledged_before_the_inbox_has_answered() throws Exception {
        var outcome = new CompletableFuture<Outcome>();
        broker.inbox = _ -> outcome;

        var result = truck.toAsync().publish(report());
        Awaitility.await().until(() -> broker.received.size() == 1);
        Thread.sleep(1000);

        assertThat(result).isNotDone();
        outcome.complete(new Outcome.Acknowledged());
        assertThat(code(result)).isEqualTo(0x00);
    }

    @Test
    void each_refusal_of_the_inbox_arrives_with_code_and_reason_and_the_connection_stays() {
        for (ReasonCode code :
                new ReasonCode[] {
                    ReasonCode.UNSPECIFIED_ERROR,
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    ReasonCode.NOT_AUTHORIZED,
                    ReasonCode.QUOTA_EXCEEDED,
                    ReasonCode.PAYLOAD_FORMAT_INVALID,
                }) {
            broker.inbox =
                    _ ->
                            CompletableFuture.completedFuture(
                                    new Outcome.Refused(code, "seal-again because"));

            var refusal = refusal(truck.toAsync().publish(report()));

            assertThat(refusal.getReasonCode().getCode()).isEqualTo(code.code());
            assertThat(refusal.getReasonString().orElseThrow()).hasToString("seal-again because");
        }
        assertThat(truck.getState().isConnected()).isTrue();
        broker.inbox = TestBroker.acknowledging();
        assertThat(code(truck.toAsync().publish(report()))).isEqualTo(0x00);
    }

    @Test
    void a_withheld_outcome_is_no_answer_and_then_a_disconnect_0x89() {
        broker.inbox =
                _ -> CompletableFuture.completedFuture(new Outcome.Withheld("the disk is full"));

        assertWithheld();
    }

    @Test
    void an_inbox_that_fails_throws_or_says_nothing_is_a_withheld_outcome() {
        Inbox[] broken = {
            _ -> CompletableFuture.failedFuture(new IllegalStateException("broken")),
            _ -> nothing(),
            _ -> {
                throw new IllegalStateException("thrown");
            },
            _ -> {
                throw new NoClassDefFoundError("thrown");
            },
            _ -> new CompletableFuture<>(),
        };
        for (Inbox inbox : broken) {
            broker.inbox = inbox;
            assertWithheld();
            connect();
        }
    }

    @Test
    void a_withheld_message_comes_again_with_the_same_client_and_is_taken_then() {
        var client =
                broker.clientBuilder(credential)
                        .identifier("acme.truck-1")
                        .automaticReconnect()
                        .initialDelay(100, TimeUnit.MILLISECONDS)
                        .applyAutomaticReconnect()
                        .buildAsync();
        client.connectWith().sessionExpiryInterval(600).cleanStart(false).send().join();
        broker.inbox =
                _ -> CompletableFuture.completedFuture(new Outcome.Withheld("the disk is full"));

        var result = client.publish(report());
        Awaitility.await().until(() -> broker.received.size() == 1);
        broker.inbox = TestBroker.acknowledging();

        assertThat(code(result)).isEqualTo(0x00);
        assertThat(broker.received).hasSize(2);
        assertThat(broker.received.getLast().duplicate()).isTrue();
        client.disconnect().join();
    }

    @Test
    void what_comes_behind_a_withheld_message_holds_nobody_up() {
        broker.inbox =
                _ -> CompletableFuture.completedFuture(new Outcome.Withheld("the disk is full"));
        for (int i = 0; i < 40; i++) {
            var _ = truck.toAsync().publish(report());
        }
        assertThat(broker.nextDisconnectCode()).isEqualTo(0x89);
        broker.inbox = TestBroker.acknowledging();
        long begin = System.nanoTime();

        truck = broker.client(credential, "acme.truck-1");
        truck.connect();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isLessThan(TestBroker.LIMITS.answers().withheldTime().multipliedBy(20));
        assertThat(broker.received).hasSize(1);
    }

    @Test
    void while_one_message_waits_the_next_waits_behind_it_in_order() {
        var first = new CompletableFuture<Outcome>();
        broker.inbox = _ -> first;
        var one = truck.toAsync().publish(report());
        var two = truck.toAsync().publish(report());
        Awaitility.await().until(() -> broker.received.size() == 1);
        broker.inbox = TestBroker.acknowledging();

        assertThat(two).isNotDone();
        first.complete(new Outcome.Acknowledged());
        assertThat(code(one)).isEqualTo(0x00);
        assertThat(code(two)).isEqualTo(0x00);
    }

    @Test
    void as_many_as_the_receive_maximum_may_wait_at_once() {
        var first = new CompletableFuture<Outcome>();
        broker.inbox = _ -> first;
        var results = new ArrayList<CompletableFuture<Mqtt5PublishResult>>();
        for (int i = 0; i < 64; i++) {
            results.add(truck.toAsync().publish(report()));
        }
        Awaitility.await().until(() -> broker.received.size() == 1);
        broker.inbox = TestBroker.acknowledging();
        first.complete(new Outcome.Acknowledged());

        results.forEach(result -> assertThat(code(result)).isEqualTo(0x00));
    }

    @Test
    void what_a_tracker_may_not_publish_is_refused_with_0x87_and_the_connection_stays() {
        for (String topic :
                new String[] {
                    "o1/acme/truck-2/report",
                    "o1/other/truck-1/report",
                    TRUCK.topic(Channel.DOWN),
                    TRUCK.topic(Channel.FEED),
                    REPORT + "/x",
                    "/" + REPORT,
                    "anything",
                    "$SYS/broker/uptime",
                    "$share/g/" + REPORT,
                }) {
            var refusal = refusal(truck.toAsync().publish(publish(topic)));
            assertThat(refusal.getReasonCode().getCode()).as(topic).isEqualTo(0x87);
            assertThat(refusal.getReasonString()).as(topic).isPresent();
        }
        assertThat(truck.getState().isConnected()).isTrue();
        assertThat(broker.received).isEmpty();
    }

    @Test
    void too_long_or_too_deep_a_topic_is_refused_with_0x90() {
        for (String topic : new String[] {"a".repeat(257), "/".repeat(16)}) {
            var refusal = refusal(truck.toAsync().publish(publish(topic)));
            assertThat(refusal.getReasonCode().getCode()).isEqualTo(0x90);
        }
    }

    @Test
    void too_many_user_properties_are_refused_with_0x97() {
        var properties = Mqtt5UserProperties.builder();
        for (int i = 0; i < 17; i++) {
            properties = properties.add("a", "b");
        }
        var publish = report().extend().userProperties(properties.build()).build();

        assertThat(refusal(truck.toAsync().publish(publish)).getReasonCode().getCode())
                .isEqualTo(0x97);
    }

    @Test
    void qos_0_ends_the_connection_with_0x87_and_reaches_nobody() {
        truck.toAsync().publish(report().extend().qos(MqttQos.AT_MOST_ONCE).build()).join();

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x87);
        assertThat(broker.received).isEmpty();
    }

    @Test
    void a_certificate_that_ends_ends_the_right_to_publish() throws Exception {
        var soon = Instant.now().plusSeconds(8);
        var brief =
                broker.authority.issue(
                        Request.tracker("acme.brief").valid(soon.minusSeconds(60), soon));
        broker.registry.enrol(new TrackerId("acme", "brief"), 1, brief.keyHash());
        var client = broker.client(brief, "acme.brief");
        client.connect();
        Thread.sleep(Duration.between(Instant.now(), soon.plusSeconds(1)).toMillis());

        var result = client.toAsync().publish(publish("o1/acme/brief/report"));

        assertThat(disconnected(result)).isEqualTo(0x87);
        assertThat(broker.received).isEmpty();
    }

    @Test
    void who_was_removed_meanwhile_publishes_nothing_more() {
        broker.registry.trackers.remove(TRUCK);

        assertThat(disconnected(truck.toAsync().publish(report()))).isEqualTo(0x87);
        assertThat(broker.received).isEmpty();
    }

    private void assertWithheld() {
        long begin = System.nanoTime();

        assertThat(disconnected(truck.toAsync().publish(report()))).isEqualTo(0x89);

        // It is the server that waits, for who would come again at once.
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(TestBroker.LIMITS.answers().withheldTime());
    }

    // What an inbox must not give, and what nothing stops it from giving.
    @SuppressWarnings("NullAway")
    private static CompletableFuture<Outcome> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    private static Mqtt5Publish report() {
        return publish(REPORT);
    }

    private static Mqtt5Publish publish(String topic) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {7})
                .build();
    }

    /** The code of the PUBACK. */
    private static int code(CompletableFuture<Mqtt5PublishResult> result) {
        Mqtt5PublishResult done = result.orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(done.getError()).isEmpty();
        return ((Mqtt5PublishResult.Mqtt5Qos1Result) done).getPubAck().getReasonCode().getCode();
    }

    private static Mqtt5PubAck refusal(CompletableFuture<Mqtt5PublishResult> result) {
        Throwable error = catchThrowable(() -> result.orTimeout(20, TimeUnit.SECONDS).join());
        if (error.getCause() instanceof Mqtt5PubAckException refusal) {
            return refusal.getMqttMessage();
        }
        throw new AssertionError("not refused", error);
    }

    /** The code of the DISCONNECT that came instead of a PUBACK. */
    private static int disconnected(CompletableFuture<Mqtt5PublishResult> result) {
        int code = broker.nextDisconnectCode();
        Throwable error = catchThrowable(() -> result.orTimeout(20, TimeUnit.SECONDS).join());
        assertThat(error).isNotNull();
        assertThat(error.getCause()).isNotInstanceOf(Mqtt5PubAckException.class);
        return code;
    }
}
