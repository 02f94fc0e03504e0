package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Request;
import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, over TLS, with the HiveMQ client. */
@Timeout(60)
class BrokerConnectTest {
    private static final Mqtt5Connect CONNECT = Mqtt5Connect.builder().build();

    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_certificate_of_another_authority_ends_in_the_handshake() {
        var stranger = new TestAuthority("ours").tracker("acme.stranger");
        broker.registry.enrol(new TrackerId("acme", "stranger"), 1, stranger.keyHash());

        assertNoHandshake(broker.client(stranger, "acme.stranger"));
    }

    @Test
    void an_expired_or_future_certificate_ends_in_the_handshake() {
        var late = Instant.now().minusSeconds(10);
        var early = Instant.now().plusSeconds(3600);
        var key = TestAuthority.newKey();
        for (var request :
                new Request[] {
                    Request.tracker("acme.late").valid(late.minusSeconds(9), late),
                    Request.tracker("acme.early").valid(early, early.plusSeconds(9)),
                }) {
            assertNoHandshake(broker.client(broker.authority.issue(request, key), "acme.late"));
        }
    }

    @Test
    void a_server_certificate_of_ours_is_not_a_clients() {
        var request =
                new Request("CN=acme.server")
                        .uri(new TrackerId("acme", "server").uri(TestAuthority.INSTALLATION))
                        .purpose(KeyPurposeId.id_kp_serverAuth);
        var server = broker.authority.issue(request);
        broker.registry.enrol(new TrackerId("acme", "server"), 1, server.keyHash());

        assertNoHandshake(broker.client(server, "acme.server"));
    }

    @Test
    void a_certificate_without_key_usage_ends_in_the_handshake_and_the_watch_hears_why() {
        var request =
                new Request("CN=acme.any")
                        .uri(new TrackerId("acme", "any").uri(TestAuthority.INSTALLATION));
        var any = broker.authority.issue(request);
        broker.registry.enrol(new TrackerId("acme", "any"), 1, any.keyHash());

        assertNoHandshake(broker.client(any, "acme.any"));
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(broker.events)
                                .filteredOn(GateEvent.HandshakeFailed.class::isInstance)
                                .anySatisfy(event ->
                                        assertThat(event.toString()).contains("clientAuth")));
    }

    @Test
    void who_is_unknown_removed_or_has_another_key_is_refused_with_its_code() {
        var unknown = broker.authority.tracker("acme.unknown");
        assertRefused(broker.client(unknown, "acme.unknown"), CONNECT, 0x87, "not enrolled");

        var removed = broker.enrol("acme.removed", 1);
        broker.registry.trackers.remove(new TrackerId("acme", "removed"));
        assertRefused(broker.client(removed, "acme.removed"), CONNECT, 0x87, "not enrolled");

        broker.enrol("acme.twin", 1);
        var twin = broker.authority.tracker("acme.twin");
        assertRefused(broker.client(twin, "acme.twin"), CONNECT, 0x87, "another key");
    }

    @Test
    void a_foreign_client_identifier_is_refused_and_its_owner_stays() throws Exception {
        var victim = broker.client(broker.enrol("acme.victim", 1), "acme.victim");
        victim.connect();
        var thief = broker.enrol("acme.thief", 2);

        assertRefused(broker.client(thief, "acme.victim"), CONNECT, 0x85, "acme.thief");
        assertRefused(
                broker.client(thief, "acme.victim"),
                Mqtt5Connect.builder().cleanStart(true).build(),
                0x85,
                "acme.thief");
        assertRefused(broker.client(thief, "anything"), CONNECT, 0x85, "acme.thief");

        assertThat(victim.getState().isConnected()).isTrue();
        victim.disconnect();
    }

    @Test
    void an_empty_or_wild_client_identifier_is_refused() {
        var wild = broker.enrol("acme.wild", 1);

        for (String id : new String[] {"", "#", "+", "acme/wild", "acme.wild/#", "%c"}) {
            assertRefused(broker.client(wild, id), CONNECT, 0x85, "");
        }
    }

    @Test
    void a_will_is_refused_on_any_topic() {
        var heir = broker.enrol("acme.heir", 1);
        for (String topic :
                new String[] {
                    "o1/acme/heir/report", "o1/acme/other/report", "$SYS/x", "o1/acme/heir/down"
                }) {
            var connect =
                    Mqtt5Connect.builder()
                            .willPublish()
                            .topic(topic)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .applyWillPublish()
                            .build();
            assertRefused(broker.client(heir, "acme.heir"), connect, 0x87, "will");
        }
    }

    @Test
    void a_password_opens_nothing_and_shuts_nothing() {
        var login =
                Mqtt5Connect.builder()
                        .simpleAuth(
                                Mqtt5SimpleAuth.builder()
                                        .username("acme.other")
                                        .password("admin".getBytes(StandardCharsets.UTF_8))
                                        .build())
                        .build();
        var known = broker.client(broker.enrol("acme.known", 1), "acme.known");
        var unknown = broker.client(broker.authority.tracker("acme.nobody"), "acme.nobody");

        assertRefused(unknown, login, 0x87, "not enrolled");
        known.connect(login);
        known.disconnect();
    }

    @Test
    void each_limit_is_told_at_the_door() {
        var client = broker.client(broker.enrol("acme.limits", 1), "acme.limits");
        var connect =
                Mqtt5Connect.builder().keepAlive(0).sessionExpiryInterval(0xFFFF_FFFFL).build();

        var answer = client.connect(connect);
        client.disconnect();

        assertThat(answer.getServerKeepAlive()).hasValue(300);
        assertThat(answer.getSessionExpiryInterval()).hasValue(86_400);
        assertThat(answer.getRestrictions().getReceiveMaximum()).isEqualTo(64);
        assertThat(answer.getRestrictions().getMaximumPacketSize()).isEqualTo(128 * 1024);
        assertThat(answer.getRestrictions().getTopicAliasMaximum()).isEqualTo(16);
        assertThat(answer.getRestrictions().getMaximumQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
        assertThat(answer.getRestrictions().isRetainAvailable()).isFalse();
        assertThat(answer.getRestrictions().isWildcardSubscriptionAvailable()).isFalse();
        assertThat(answer.getRestrictions().isSharedSubscriptionAvailable()).isFalse();
        assertThat(answer.getReasonString()).isEmpty();
        assertThat(answer.getUserProperties().asList()).isEmpty();
    }

    @Test
    void a_keep_alive_is_moved_into_its_range_and_the_client_is_told() {
        var client = broker.client(broker.enrol("acme.hasty", 1), "acme.hasty");

        assertThat(keepAlive(client, 4)).hasValue(5);
        assertThat(keepAlive(client, 5)).isEmpty();
        assertThat(keepAlive(client, 300)).isEmpty();
        assertThat(keepAlive(client, 301)).hasValue(300);
    }

    private static java.util.OptionalInt keepAlive(Mqtt5BlockingClient client, int asked) {
        var answer = client.connect(Mqtt5Connect.builder().keepAlive(asked).build());
        client.disconnect();
        return answer.getServerKeepAlive();
    }

    @Test
    void the_same_tracker_takes_its_own_connection_over() {
        var credential = broker.enrol("acme.twice", 1);
        var first = broker.client(credential, "acme.twice");
        var second = broker.client(credential, "acme.twice");

        first.connect();
        second.connect();

        Awaitility.await().until(() -> !first.getState().isConnected());
        assertThat(second.getState().isConnected()).isTrue();
        second.disconnect();
    }

    @Test
    void the_watch_hears_who_was_refused_and_why() {
        var loud = broker.authority.tracker("acme.loud");

        assertRefused(broker.client(loud, "acme.loud"), CONNECT, 0x87, "not enrolled");

        assertThat(broker.events)
                .anySatisfy(event ->
                        assertThat(event)
                                .isInstanceOfSatisfying(
                                        GateEvent.Refused.class,
                                        refused -> {
                                            assertThat(refused.clientId()).isEqualTo("acme.loud");
                                            assertThat(refused.peer().address())
                                                    .isEqualTo("127.0.0.1");
                                            assertThat(refused.reason())
                                                    .isEqualTo("acme.loud is not enrolled");
                                        }));
    }

    private static void assertRefused(
            Mqtt5BlockingClient client, Mqtt5Connect connect, int code, String reason) {
        var refusal =
                catchThrowableOfType(Mqtt5ConnAckException.class, () -> client.connect(connect));

        assertThat(refusal).as("not refused").isNotNull();
        assertThat(refusal.getMqttMessage().getReasonCode().getCode()).isEqualTo(code);
        assertThat(refusal.getMqttMessage().getReasonString().orElseThrow().toString())
                .contains(reason);
    }

    private static void assertNoHandshake(Mqtt5BlockingClient client) {
        var failure =
                catchThrowableOfType(
                        RuntimeException.class,
                        () ->
                                client.toAsync()
                                        .connect()
                                        .orTimeout(
                                                Duration.ofSeconds(20).toSeconds(),
                                                java.util.concurrent.TimeUnit.SECONDS)
                                        .join());

        assertThat(failure).isInstanceOf(CompletionException.class);
        // A TLS 1.3 client believes that it is connected before the server has seen its
        // certificate, so the refusal arrives as a connection that is closed.
        assertThat(failure.getCause())
                .isInstanceOfAny(
                        ConnectionFailedException.class,
                        com.hivemq.client.mqtt.exceptions.ConnectionClosedException.class);
    }
}
