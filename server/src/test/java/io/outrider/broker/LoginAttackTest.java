package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.credential.Password;
import io.outrider.fleet.Method;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * CONNECTs that leave out, or leave empty, what a password is looked up by; and proofs without end.
 */
@Timeout(60)
class LoginAttackTest {
    private static final String ID = "acme.truck-1";
    private static final int RENEWALS = 2;
    private static final int V5 = 5;
    private static final int V3_1_1 = 4;
    private static final int USER = 0x80;
    private static final int PASSWORD = 0x40;
    private static final int WRONG = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;

    @TempDir static Path directory;
    private static TestCredentials credentials;
    private static TestBroker broker;
    private static String right;
    private static String others;

    @BeforeAll
    static void start() throws Exception {
        credentials = TestCredentials.withKeysInFile(directory);
        broker =
                TestBroker.startedForCredentials(
                        directory,
                        TestLimits.of(
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                Map.of("renewalsPerMinute", RENEWALS)),
                        credentials.verifiers());
        TestCredentials.enrol(broker, ID, 1, Method.PASSWORD);
        try (Password password = credentials.newPassword(ID);
                Password other = credentials.newPassword("nobody-registered")) {
            right = TestCredentials.text(password);
            others = TestCredentials.text(other);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
        credentials.close();
    }

    @BeforeEach
    void forgive() {
        credentials.guessClock.advance(Duration.ofHours(2));
    }

    @Test
    void an_empty_user_name_is_nobodys_whatever_the_password() throws Exception {
        for (String password : new String[] {right, others, ""}) {
            assertThat(code(connect(V5, USER | PASSWORD, ID, "", password))).isEqualTo(WRONG);
        }
        assertThat(code(connect(V5, USER | PASSWORD, "", "", ""))).isEqualTo(WRONG);
        assertThat(code(connect(V3_1_1, USER | PASSWORD, ID, "", right))).isEqualTo(4);
    }

    @Test
    void without_a_user_name_the_identifier_is_the_name_and_needs_its_own_password()
            throws Exception {
        assertThat(code(connect(V5, PASSWORD, ID, others))).isEqualTo(WRONG);
        assertThat(code(connect(V5, PASSWORD, ID, ""))).isEqualTo(WRONG);
        assertThat(code(connect(V5, PASSWORD, "acme.truck-2", right))).isEqualTo(WRONG);
        assertThat(code(connect(V5, PASSWORD, "", right))).isEqualTo(WRONG);
        assertThat(code(connect(V5, PASSWORD, ID, right))).isZero();
    }

    @Test
    void a_password_without_a_user_name_is_none_in_mqtt_3_1_1() throws Exception {
        assertThat(answer(connect(V3_1_1, PASSWORD, ID, right))).isEmpty(); // MQTT-3.1.2-22
    }

    @Test
    void a_user_name_alone_opens_nothing() throws Exception {
        assertThat(code(connect(V5, USER, ID, ID))).isEqualTo(NOT_AUTHORIZED);
        assertThat(code(connect(V5, USER, ID, ""))).isEqualTo(NOT_AUTHORIZED);
        assertThat(code(connect(V3_1_1, USER, ID, ID))).isEqualTo(5);
    }

    @Test
    void who_shows_a_password_that_is_nobodys_is_not_let_in_by_a_certificate_beside_it()
            throws Exception {
        Credential enrolled = broker.enrol("acme.truck-3", 3);
        try (var raw = new RawMqtt(broker, enrolled, "credentials")) {
            raw.send(connect(V5, USER | PASSWORD, "acme.truck-3", "", others));
            assertThat(raw.connackCode()).isEqualTo(WRONG);
        }
    }

    @Test
    void a_connection_proves_itself_anew_as_often_as_it_may_and_the_next_ends_it()
            throws Exception {
        TestCredentials.grant(broker, "lake", 2, TestBroker.mayPublish("site/a"));
        try (Password password = credentials.newPassword("lake")) {
            var mechanisms =
                    Map.of(
                            "lake.scram",
                            TestMechanism.scram("lake", password),
                            "lake.token",
                            TestMechanism.bearer(
                                    () -> credentials.token("lake", Duration.ofMinutes(1), "")));
            for (var mechanism : mechanisms.entrySet()) {
                var client =
                        broker.clientBuilder(
                                        broker.authority.client("lake"),
                                        broker.broker().port("credentials"))
                                .identifier(mechanism.getKey())
                                .enhancedAuth(mechanism.getValue())
                                .buildBlocking();
                client.connect();
                broker.ends.clear();
                for (int i = 0; i < RENEWALS; i++) {
                    client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join();
                }
                assertThat(client.getState().isConnected()).isTrue();

                assertThat(client.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS))
                        .failsWithin(Duration.ofSeconds(30));
                assertThat(broker.nextDisconnectCode()).isEqualTo(0x97);
            }
        }
        assertThat(broker.events)
                .anyMatch(event ->
                        event instanceof GateEvent.Limited limited
                                && limited.limit() == Limit.RENEWALS
                                && limited.identity().isPresent());
    }

    /** Clean start, keep alive 60 s, and what these flags say is there, in its order. */
    private static byte[] connect(int version, int flags, String clientId, String... fields) {
        byte[] head = {(byte) version, (byte) (flags | 2), 0, 60};
        byte[] noProperties = version == V5 ? new byte[] {0} : new byte[0];
        byte[] all = RawMqtt.join(RawMqtt.utf8("MQTT"), head, noProperties, RawMqtt.utf8(clientId));
        for (String field : fields) {
            all = RawMqtt.join(all, RawMqtt.utf8(field));
        }
        return RawMqtt.packet(0x10, all);
    }

    private static int code(byte[] connect) throws Exception {
        byte[] answer = answer(connect);
        assertThat(answer).startsWith(0x20);
        return answer[3] & 0xff;
    }

    private static byte[] answer(byte[] connect) throws Exception {
        try (var raw = new RawMqtt(broker, Optional.empty(), "credentials", "127.0.0.1")) {
            raw.send(connect);
            return raw.receive();
        }
    }
}
