package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.outrider.credential.Password;
import io.outrider.fleet.Method;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passwords in CONNECT and by SCRAM-SHA-256, over TLS without a certificate of the client's. */
@Timeout(120)
class PasswordLoginTest {
    private static final String ID = "acme.truck-1";
    private static final String REPORT = "o1/acme/truck-1/report";
    private static final String HOME = "127.0.1.1";
    private static final int WRONG = 0x86;
    private static final int TOO_MANY = 0x9f;

    @TempDir static Path directory;
    private static TestCredentials credentials;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        credentials = TestCredentials.withKeysInFile(directory);
        broker =
                TestBroker.startedForCredentials(
                        directory, TestBroker.IMPATIENT, credentials.verifiers());
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
        credentials.close();
    }

    @Test
    void a_password_gets_a_tracker_in_under_its_own_identifier_and_no_other() throws Exception {
        TestCredentials.enrol(broker, ID, 1, Method.PASSWORD);
        TestCredentials.enrol(broker, "acme.truck-2", 2, Method.PASSWORD);
        String password = TestCredentials.text(credentials.newPassword(ID));
        credentials.newPassword("acme.truck-2");

        assertThat(login(HOME, ID, ID, password)).isZero();
        assertThat(login(HOME, "acme.truck-2", ID, password)).isEqualTo(0x85);
        assertThat(login(HOME, "acme.truck-2", "acme.truck-2", password)).isEqualTo(WRONG);
        try (var raw = from(HOME)) {
            raw.send(RawMqtt.connect(ID, ID, password), RawMqtt.publish(0x2, REPORT, 1));
            assertThat(raw.connackCode()).isZero();
            assertThat(raw.receive()).startsWith(0x40, 0x02, 0x00, 0x01);
        }
    }

    @Test
    void mqtt_3_1_1_and_a_client_with_several_connections_get_in_by_password() {
        TestCredentials.grant(broker, "lake", 20, TestBroker.mayPublish("site/a"));
        byte[] password =
                TestCredentials.text(credentials.newPassword("lake"))
                        .getBytes(StandardCharsets.US_ASCII);

        for (String clientId : new String[] {"lake", "lake.two"}) {
            var client =
                    MqttClient.builder()
                            .useMqttVersion3()
                            .identifier(clientId)
                            .serverHost("127.0.0.1")
                            .serverPort(broker.broker().port("credentials"))
                            .sslConfig(broker.ssl(Optional.empty()))
                            .simpleAuth()
                            .username("lake")
                            .password(password)
                            .applySimpleAuth()
                            .buildBlocking();
            client.connect();
            client.publishWith().topic("site/a").qos(MqttQos.AT_LEAST_ONCE).send();
            client.disconnect();
        }
    }

    @Test
    void a_wrong_password_and_a_name_that_is_nobodys_get_the_same_bytes() throws Exception {
        TestCredentials.enrol(broker, "acme.same", 3, Method.PASSWORD);
        credentials.newPassword("acme.same");
        String wrong = TestCredentials.text(credentials.newPassword("nobody-registered"));

        byte[] known = answer(RawMqtt.connect("acme.same", "acme.same", wrong));
        byte[] unknown = answer(RawMqtt.connect("acme.none", "acme.none", wrong));
        assertThat(unknown).isEqualTo(known);
        assertThat(known[3] & 0xff).isEqualTo(WRONG);
        // What has not even the form of a password, and an empty one.
        assertThat(answer(RawMqtt.connect("acme.same", "acme.same", "secret"))).isEqualTo(known);
        assertThat(answer(RawMqtt.connect("acme.same", "acme.same", ""))).isEqualTo(known);

        byte[] knownFirst = answer(scramConnect("acme.same"));
        byte[] unknownFirst = answer(scramConnect("acme.none"));
        assertThat(knownFirst[0]).isEqualTo((byte) 0xf0);
        assertThat(unknownFirst).hasSameSizeAs(knownFirst);
        assertThat(scramRefusal("acme.none")).isEqualTo(scramRefusal("acme.same"));
    }

    @Test
    void scram_sha_256_lets_in_who_knows_the_password_and_proves_the_server() {
        TestCredentials.enrol(broker, "acme.scram", 4, Method.PASSWORD);
        try (Password password = credentials.newPassword("acme.scram")) {
            Mqtt5BlockingClient tracker = scram("acme.scram", "acme.scram", password);
            tracker.connect(); // which fails where the server's own proof is wrong
            tracker.publishWith()
                    .topic("o1/acme/scram/report")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(new byte[] {1})
                    .send();
            tracker.toAsync().reauth().orTimeout(20, TimeUnit.SECONDS).join();
            tracker.disconnect();

            TestCredentials.grant(broker, "board", 21, TestBroker.maySubscribe("site/#"));
            try (Password other = credentials.newPassword("board")) {
                Mqtt5BlockingClient client = scram("board", "board.screen", other);
                client.connect();
                client.subscribeWith().topicFilter("site/#").send();
                client.disconnect();
                assertRefused(scram("board", "acme.scram", other), 0x85);
            }
        }
    }

    @Test
    void scram_with_another_password_or_name_is_refused() {
        TestCredentials.enrol(broker, "acme.scram-2", 5, Method.PASSWORD);
        credentials.newPassword("acme.scram-2").close();
        try (Password others = credentials.newPassword("acme.scram-3")) {
            assertRefused(scram("acme.scram-2", "acme.scram-2", others), WRONG);
            assertRefused(scram("acme.none", "acme.none", others), WRONG);
            // Its password is right, but nobody of this name is enrolled.
            assertRefused(scram("acme.scram-3", "acme.scram-3", others), 0x87);
        }
    }

    @Test
    void who_begins_an_exchange_and_says_no_more_is_hung_up_on() throws Exception {
        try (var raw = from(HOME)) {
            raw.send(scramConnect("acme.silent"));
            assertThat(raw.receive()).startsWith(0xf0);
            assertThat(raw.receive()).isEmpty(); // read for twenty seconds at most
        }
        assertThat(broker.events)
                .anyMatch(event ->
                        event instanceof GateEvent.Limited limited
                                && limited.limit() == Limit.CONNECT_TIME);
    }

    @Test
    void who_may_come_by_certificate_only_does_not_come_by_password() throws Exception {
        TestCredentials.enrol(broker, "acme.strict", 6, Method.CERTIFICATE);
        try (Password password = credentials.newPassword("acme.strict")) {
            assertThat(login(HOME, "acme.strict", "acme.strict", TestCredentials.text(password)))
                    .isEqualTo(0x8c);
            assertRefused(scram("acme.strict", "acme.strict", password), 0x8c);
        }
        try (var raw = from(HOME)) {
            raw.send(RawMqtt.connect("acme.strict"));
            assertThat(raw.connackCode()).isEqualTo(0x87); // neither password nor certificate
        }
    }

    @Test
    void on_the_listener_of_certificates_a_password_makes_nobody_another() throws Exception {
        TestCredentials.enrol(broker, "acme.by-word", 8, Method.PASSWORD);
        String password = TestCredentials.text(credentials.newPassword("acme.by-word"));
        var other = broker.enrol("acme.by-cert-2", 9);
        try (var raw = new RawMqtt(broker, other)) {
            raw.send(RawMqtt.connect("acme.by-word", "acme.by-word", password));
            assertThat(raw.connackCode()).isEqualTo(0x85);
        }
    }

    @Test
    void a_method_that_is_not_offered_is_refused_and_so_is_any_on_the_listener_of_certificates()
            throws Exception {
        assertThat(answer(methodConnect("SCRAM-SHA-1", "n,,n=x,r=abc"))[3] & 0xff).isEqualTo(0x8c);
        var tracker = broker.authority.tracker("acme.by-cert");
        // Policy allows both, so it is the listener alone that refuses one.
        TestCredentials.enrol(broker, "acme.by-cert", 7, Method.CERTIFICATE, Method.PASSWORD);
        try (Password password = credentials.newPassword("acme.by-cert")) {
            Mqtt5BlockingClient client =
                    broker.clientBuilder(tracker)
                            .identifier("acme.by-cert")
                            .enhancedAuth(TestMechanism.scram("acme.by-cert", password))
                            .buildBlocking();
            assertRefused(client, 0x8c);
        }
    }

    @Test
    void strangers_guesses_are_damped_and_the_tracker_stays_and_comes_back() throws Exception {
        String id = "acme.target";
        TestCredentials.enrol(broker, id, 8, Method.PASSWORD);
        String password = TestCredentials.text(credentials.newPassword(id));
        String wrong = TestCredentials.text(credentials.newPassword("nobody-else"));
        try (var tracker = from(HOME)) {
            tracker.send(RawMqtt.connect(id, id, password));
            assertThat(tracker.connackCode()).isZero();

            // One prefix has five guesses at one name; from many it is twenty together.
            int[] answers = new int[8];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = login("127.0.2." + (i + 1), id, id, wrong);
            }
            assertThat(answers)
                    .startsWith(WRONG, WRONG, WRONG, WRONG, WRONG)
                    .endsWith(TOO_MANY, TOO_MANY);
            for (int prefix = 100; prefix < 120; prefix++) {
                login("127.0." + prefix + ".1", id, id, wrong);
            }
            assertThat(login("127.0.99.1", id, id, wrong)).isEqualTo(TOO_MANY);
            assertThat(scramFrom("127.0.99.1", id)).isEqualTo(TOO_MANY);

            // From where it is known the tracker is neither disconnected nor kept out.
            tracker.send(RawMqtt.publish(0x2, "o1/acme/target/report", 1));
            assertThat(tracker.receive()).startsWith(0x40, 0x02, 0x00, 0x01);
            assertThat(login("127.0.1.7", id, id, password)).isZero();
        }
        // From a new place it waits as strangers do, five seconds and no longer.
        assertThat(login("127.0.98.1", id, id, password)).isEqualTo(TOO_MANY);
        credentials.guessClock.advance(Duration.ofSeconds(5));
        assertThat(login("127.0.98.1", id, id, password)).isZero();
        assertThat(broker.events)
                .anyMatch(event ->
                        event instanceof GateEvent.Limited limited
                                && limited.limit() == Limit.GUESSES);
    }

    @Test
    void a_prefix_that_tries_many_names_is_damped_as_a_whole_and_its_neighbour_is_not()
            throws Exception {
        TestCredentials.enrol(broker, "acme.new", 9, Method.PASSWORD);
        String password = TestCredentials.text(credentials.newPassword("acme.new"));
        for (int i = 0; i < 50; i++) {
            login("127.0.3.1", "acme.t-" + i, "acme.t-" + i, "not-a-password");
        }

        assertThat(login("127.0.3.2", "acme.t-50", "acme.t-50", "not-a-password"))
                .isIn(WRONG, TOO_MANY);
        assertThat(login("127.0.3.3", "acme.new", "acme.new", password)).isEqualTo(TOO_MANY);
        assertThat(login("127.0.4.1", "acme.new", "acme.new", password)).isZero();
    }

    @Test
    void a_failure_under_a_connected_clients_identifier_touches_neither_it_nor_its_session()
            throws Exception {
        TestCredentials.grant(broker, "keeper", 22, TestBroker.maySubscribe("kept/#"));
        TestCredentials.grant(broker, "sender", 23, TestBroker.mayPublish("kept/a"));
        String wrong = TestCredentials.text(credentials.newPassword("nobody-again"));
        try (Password keeper = credentials.newPassword("keeper");
                Password sender = credentials.newPassword("sender")) {
            Mqtt5BlockingClient client = scram("keeper", "keeper", keeper);
            client.connect();
            client.subscribeWith().topicFilter("kept/#").qos(MqttQos.AT_LEAST_ONCE).send();
            assertThat(login("127.0.5.1", "keeper", "keeper", wrong)).isEqualTo(WRONG);
            assertThat(scramFrom("127.0.5.1", "keeper")).isEqualTo(0xf0);

            try (var heard = client.publishes(MqttGlobalPublishFilter.ALL)) {
                Mqtt5BlockingClient other = scram("sender", "sender", sender);
                other.connect();
                other.publishWith().topic("kept/a").qos(MqttQos.AT_LEAST_ONCE).send();
                assertThat(heard.receive(10, TimeUnit.SECONDS)).isPresent();
                other.disconnect();
            }
            client.disconnect();
        }
    }

    private static RawMqtt from(String address) throws Exception {
        return new RawMqtt(broker, Optional.empty(), "credentials", address);
    }

    private static int login(String from, String clientId, String user, String password)
            throws Exception {
        try (var raw = from(from)) {
            raw.send(RawMqtt.connect(clientId, user, password));
            return raw.connackCode();
        }
    }

    private static byte[] answer(byte[] connect) throws Exception {
        credentials.guessClock.advance(Duration.ofHours(2)); // what was wrong before is forgiven
        try (var raw = from(HOME)) {
            raw.send(connect);
            return raw.receive();
        }
    }

    /** A CONNECT without a will, with authentication method and data. */
    private static byte[] methodConnect(String method, String data) {
        byte[] properties =
                RawMqtt.join(
                        new byte[] {0x15},
                        RawMqtt.utf8(method),
                        new byte[] {0x16},
                        RawMqtt.utf8(data));
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        new byte[] {5, 2, 0, 60, (byte) properties.length},
                        properties,
                        RawMqtt.utf8("acme.same")));
    }

    private static byte[] scramConnect(String name) {
        return methodConnect("SCRAM-SHA-256", "n,,n=" + name + ",r=fyko+d2lbbFgONRv9qkxdawL");
    }

    /** The type of what is answered to the first message, or the code of the CONNACK. */
    private static int scramFrom(String address, String name) throws Exception {
        try (var raw = from(address)) {
            raw.send(scramConnect(name));
            byte[] answer = raw.receive();
            return (answer[0] == 0x20 ? answer[3] : answer[0]) & 0xff;
        }
    }

    /** The CONNACK for a proof that is wrong. */
    private static String scramRefusal(String name) throws Exception {
        credentials.guessClock.advance(Duration.ofHours(2));
        try (var raw = from(HOME)) {
            raw.send(scramConnect(name));
            byte[] challenge = raw.receive();
            String text = new String(challenge, StandardCharsets.ISO_8859_1);
            String nonce = text.substring(text.indexOf("r="), text.indexOf(",s="));
            byte[] data = RawMqtt.utf8("c=biws," + nonce + ",p=" + "A".repeat(43) + "=");
            byte[] properties =
                    RawMqtt.join(
                            new byte[] {0x15},
                            RawMqtt.utf8("SCRAM-SHA-256"),
                            new byte[] {0x16},
                            data);
            // Continue, and the properties behind their length.
            raw.send(RawMqtt.packet(0xf0, RawMqtt.packet(0x18, properties)));
            byte[] refusal = raw.receive();
            assertThat(refusal).startsWith(0x20);
            return HexFormat.of().formatHex(refusal);
        }
    }

    private static Mqtt5BlockingClient scram(String name, String clientId, Password password) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(broker.broker().port("credentials"))
                .sslConfig(broker.ssl(Optional.empty()))
                .enhancedAuth(TestMechanism.scram(name, password))
                .buildBlocking();
    }

    private static void assertRefused(Mqtt5BlockingClient client, int code) {
        assertThatThrownBy(client::connect)
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode().getCode())
                                        .isEqualTo(code));
    }
}
