package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.outrider.credential.KeySource;
import io.outrider.credential.TestAuthorizationServer;
import io.outrider.credential.TestTokens;
import io.outrider.fleet.Method;
import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens in the password field and by OAUTHBEARER, of an issuer in a file and one at a URL. */
@Timeout(120)
class TokenLoginTest {
    private static final String ID = "acme.truck-7";
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int NOT_AUTHORIZED = 0x87;

    @TempDir static Path directory;
    private static TestAuthority loginAuthority;
    private static TestAuthorizationServer login;
    private static TestCredentials credentials;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        loginAuthority = new TestAuthority("login");
        login = new TestAuthorizationServer(loginAuthority.server(), InstantSource.system());
        var atUrl =
                new KeySource.OfUrl(
                        login.uri("/jwks"),
                        Optional.of(loginAuthority.writePem(directory.resolve("ca.pem"))));
        credentials =
                new TestCredentials(
                        directory.resolve("keys.json"),
                        List.of(
                                TestCredentials.issuer(
                                        login.issuer(), atUrl, Duration.ofSeconds(8))));
        broker =
                TestBroker.startedForCredentials(
                        directory, TestBroker.LIMITS, credentials.verifiers());
        TestCredentials.enrol(broker, ID, 1, Method.TOKEN);
        TestCredentials.grant(
                broker,
                "lake",
                2,
                TestBroker.maySubscribe("site/#"),
                TestBroker.mayPublish("site/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
        credentials.close();
        login.close();
    }

    @BeforeEach
    void forgive() {
        credentials.guessClock.advance(Duration.ofHours(2));
    }

    @Test
    void a_token_of_an_issuer_in_a_file_gets_in_in_the_password_field_and_by_oauthbearer()
            throws Exception {
        String tracker = credentials.token(ID, MINUTE, "");
        assertThat(inPassword(ID, ID, tracker)).isZero();
        assertThat(inPassword(ID, "anything", credentials.token("acme.other", MINUTE, "")))
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(inPassword("lake", ID, tracker)).isEqualTo(0x85);
        Mqtt5BlockingClient client = bearer("lake.one", () -> token("lake", ""));
        client.connect();
        client.publishWith().topic("site/a").qos(MqttQos.AT_LEAST_ONCE).send();
        client.disconnect();
        assertRefused(bearer("lake.one", () -> token(ID, "")), 0x85);
    }

    @Test
    void a_token_by_client_credentials_from_an_authorisation_server_gets_in_within_its_scopes()
            throws Exception {
        await().until(() -> credentials.issuers().getFirst().usable());
        String token = login.grant(loginAuthority, "scope=publish:o1/acme/truck-7/report+openid");

        Mqtt5BlockingClient tracker = bearer(TestAuthorizationServer.CLIENT, () -> token);
        tracker.connect();
        publish(tracker, "o1/acme/truck-7/report");
        assertThatThrownBy(() -> publish(tracker, "o1/acme/truck-7/epoch"))
                .isInstanceOf(Mqtt5PubAckException.class);
        tracker.disconnect();
        assertThat(inPassword(ID, ID, token)).isZero();
    }

    @Test
    void while_the_keys_cannot_be_had_nobody_gets_in_and_afterwards_they_do() throws Exception {
        await().until(() -> credentials.issuers().getFirst().usable());
        String token = login.signed(ID, "");
        assertThat(inPassword(ID, ID, token)).isZero();

        login.answerKeysWith(e -> TestAuthorizationServer.answer(e, 503, "{}"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !credentials.issuers().getFirst().usable());
        assertThat(inPassword(ID, ID, token)).isEqualTo(NOT_AUTHORIZED);
        assertRefused(bearer(ID, () -> token), NOT_AUTHORIZED);
        assertThat(lastRefusal()).contains("no keys of " + login.issuer(), "too old");
        assertThat(inPassword(ID, ID, token(ID, ""))).isZero(); // of the other issuer

        login.answerKeysAgain();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> credentials.issuers().getFirst().usable());
        assertThat(inPassword(ID, ID, token)).isZero();
    }

    @Test
    void what_is_wrong_with_a_token_is_told_to_the_operator_and_never_to_the_peer()
            throws Exception {
        long now = Instant.now().getEpochSecond();
        long skew = TestCredentials.SKEW.toSeconds();
        // Just within the skew on both sides; the seconds in which the test runs lie inside, too.
        assertThat(inPassword(ID, ID, claims("\"nbf\":" + (now + skew), now, now + 60))).isZero();
        assertThat(inPassword(ID, ID, claims("", now + skew, now + 60))).isZero();
        assertWrong(claims("\"nbf\":" + (now + 40), now, now + 60), "not valid before");
        assertWrong(claims("", now - 60, now - skew - 1), "expired");
        assertWrong(claims("", now + 40, now + 60), "issued in the future");
        assertWrong(claims("", now, now + 25 * 3_600), "lives longer");
        assertWrong(claims("\"aud\":\"mqtts://elsewhere\"", now, now + 60), "aud does not name");
        assertWrong(
                TestTokens.es256(
                        TestTokens.newEc(),
                        "{\"alg\":\"ES256\",\"kid\":\"ours\",\"typ\":\"JWT\"}",
                        "{\"iss\":\"" + TestCredentials.ISSUER + "\",\"exp\":" + (now + 60) + "}"),
                "signature");
    }

    @Test
    void scopes_narrow_what_a_client_may_and_open_nothing() {
        Mqtt5BlockingClient client =
                bearer(
                        "lake.scoped",
                        () -> token("lake", ",\"scope\":\"subscribe:site/a publish:other/#\""));
        client.connect();
        client.subscribeWith().topicFilter("site/a").send();
        assertThatThrownBy(() -> client.subscribeWith().topicFilter("site/b").send())
                .isInstanceOf(Mqtt5SubAckException.class);
        assertThatThrownBy(() -> publish(client, "site/a"))
                .isInstanceOf(Mqtt5PubAckException.class);
        assertThatThrownBy(() -> publish(client, "other/a"))
                .isInstanceOf(Mqtt5PubAckException.class);
        client.disconnect();
    }

    @Test
    void a_token_bound_to_a_certificate_gets_in_with_that_one_alone() throws Exception {
        Credential right = broker.authority.tracker(ID);
        String thumbprint =
                TestTokens.base64(
                        MessageDigest.getInstance("SHA-256")
                                .digest(right.certificate().getEncoded()));
        String token = token(ID, ",\"cnf\":{\"x5t#S256\":\"" + thumbprint + "\"}");

        assertThat(inPassword(Optional.of(right), token)).isZero();
        assertThat(inPassword(Optional.of(broker.authority.tracker(ID)), token))
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(inPassword(Optional.empty(), token)).isEqualTo(NOT_AUTHORIZED);
        assertRefused(bearer(ID, () -> token), NOT_AUTHORIZED);
        // Nor does the certificate get in by itself where policy asks for a token.
        try (var raw = new RawMqtt(broker, right, "credentials")) {
            raw.send(RawMqtt.connect(ID));
            assertThat(raw.connackCode()).isEqualTo(NOT_AUTHORIZED);
        }
    }

    @Test
    void a_session_ends_with_its_token() throws Exception {
        try (var raw = new RawMqtt(broker, Optional.empty(), "credentials", "127.0.0.1")) {
            String token = credentials.token("lake", Duration.ofSeconds(5), "");
            raw.send(RawMqtt.connect("lake.brief", "lake", token));
            assertThat(raw.connackCode()).isZero();
            assertThat(raw.disconnectCode()).isEqualTo(NOT_AUTHORIZED);
        }
        Mqtt5BlockingClient client =
                bearer("lake.brief", () -> credentials.token("lake", Duration.ofSeconds(5), ""));
        client.connect();
        assertThat(broker.nextDisconnectCode()).isEqualTo(NOT_AUTHORIZED);
    }

    @Test
    void who_renews_in_time_stays_and_who_renews_with_less_time_leaves_sooner() throws Exception {
        var lifetime = new AtomicReference<>(Duration.ofSeconds(6));
        Mqtt5BlockingClient client =
                bearer("lake.renewed", () -> credentials.token("lake", lifetime.get(), ""));
        Instant begun = Instant.now();
        client.connect();
        client.subscribeWith().topicFilter("site/renewed").send();

        lifetime.set(MINUTE);
        client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join();
        // Past the end of the first token, the skew included.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Instant.now().isAfter(begun.plusSeconds(10)));
        publish(client, "site/renewed");

        lifetime.set(Duration.ofSeconds(5));
        client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(broker.nextDisconnectCode()).isEqualTo(NOT_AUTHORIZED);
    }

    @Test
    void a_renewal_as_somebody_else_or_by_a_bad_token_or_with_less_than_is_in_use_ends_the_session()
            throws Exception {
        for (String next :
                List.of(
                        token(ID, ""),
                        token("lake", ",\"aud\":\"mqtts://elsewhere\""),
                        token("lake", ",\"scope\":\"publish:site/a\""))) {
            forgive();
            var token = new AtomicReference<>(token("lake", ""));
            Mqtt5BlockingClient client = bearer("lake.other", token::get);
            client.connect();
            client.subscribeWith().topicFilter("site/#").send();

            token.set(next);
            assertThatThrownBy(
                            () -> client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join())
                    .isInstanceOf(Exception.class);
            assertThat(broker.nextDisconnectCode()).isEqualTo(NOT_AUTHORIZED);
        }
    }

    @Test
    void a_renewal_as_whoever_else_may_have_the_identifier_or_has_the_name_by_now_ends_the_session()
            throws Exception {
        // A client of a fleet's name, which no registry would take, could have its trackers'.
        TestCredentials.grant(broker, "acme", 1);
        TestCredentials.grant(broker, "desk", 3);
        var token = new AtomicReference<>(token(ID, ""));
        Mqtt5BlockingClient tracker = bearer(ID, token::get);
        tracker.connect();
        token.set(token("acme", ""));
        assertNotRenewed(tracker);

        token.set(token("desk", ""));
        Mqtt5BlockingClient removed = bearer("desk", token::get);
        removed.connect();
        TestCredentials.grant(broker, "desk", 4);
        assertNotRenewed(removed);
    }

    private static void assertNotRenewed(Mqtt5BlockingClient client) {
        broker.ends.clear();
        assertThatThrownBy(() -> client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOf(Exception.class);
        assertThat(broker.nextDisconnectCode()).isEqualTo(NOT_AUTHORIZED);
    }

    private static String token(String subject, String moreClaims) {
        return credentials.token(subject, MINUTE, moreClaims);
    }

    private static String claims(String more, long issuedAt, long expiry) {
        String audience = more.contains("aud") ? "" : "\"aud\":\"" + TestTokens.AUDIENCE + "\",";
        return credentials.signed(
                audience
                        + "\"iss\":\"%s\",\"sub\":\"%s\",\"iat\":%d,\"exp\":%d"
                                .formatted(TestCredentials.ISSUER, ID, issuedAt, expiry)
                        + (more.isEmpty() ? "" : "," + more));
    }

    private static void assertWrong(String token, String why) throws Exception {
        credentials.guessClock.advance(Duration.ofHours(2));
        assertThat(inPassword(ID, ID, token)).isEqualTo(NOT_AUTHORIZED);
        assertThat(lastRefusal()).contains(why).doesNotContain(token);
    }

    /** What the operator reads of it. */
    private static String lastRefusal() {
        return broker.events.reversed().stream()
                .filter(GateEvent.Refused.class::isInstance)
                .map(event -> ((GateEvent.Refused) event).reason())
                .findFirst()
                .orElseThrow();
    }

    private static int inPassword(String clientId, String user, String token) throws Exception {
        try (var raw = new RawMqtt(broker, Optional.empty(), "credentials", "127.0.0.1")) {
            raw.send(RawMqtt.connect(clientId, user, token));
            return raw.connackCode();
        }
    }

    private static int inPassword(Optional<Credential> shown, String token) throws Exception {
        try (var raw = new RawMqtt(broker, shown, "credentials", "127.0.0.1")) {
            raw.send(RawMqtt.connect(ID, ID, token));
            return raw.connackCode();
        }
    }

    private static void publish(Mqtt5BlockingClient client, String topic) {
        client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(new byte[] {1}).send();
    }

    private static Mqtt5BlockingClient bearer(
            String clientId, java.util.function.Supplier<String> token) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(broker.broker().port("credentials"))
                .sslConfig(broker.ssl(Optional.empty()))
                .enhancedAuth(TestMechanism.bearer(token))
                .addDisconnectedListener(context -> {
                    if (!context.getSource().name().equals("USER")) {
                        broker.ends.add(context.getCause());
                    }
                })
                .buildBlocking();
    }

    private static void assertRefused(Mqtt5BlockingClient client, int code) {
        assertThatThrownBy(client::connect)
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode().getCode())
                                        .isEqualTo(code));
        broker.ends.clear();
    }
}
