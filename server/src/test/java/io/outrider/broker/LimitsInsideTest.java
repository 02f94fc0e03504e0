package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.Limits;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What whoever was let in may take: each limit from both sides, packet by packet. */
@Timeout(120)
class LimitsInsideTest {
    private static final int PACKET_BYTES_MAX = 1_024;
    private static final int TOPIC_BYTES_MAX = 76;
    private static final Limits LIMITS =
            TestLimits.of(
                    Map.of(),
                    Map.of(
                            "packetBytesMax", PACKET_BYTES_MAX,
                            "topicBytesMax", TOPIC_BYTES_MAX,
                            "topicLevelsMax", 5,
                            "filtersMax", 3,
                            "userPropertiesMax", 2,
                            "userPropertyBytesMax", 20,
                            "topicAliasesMax", 2,
                            "receiveMax", 3),
                    Map.of(
                            "keepAliveMin", Duration.ofSeconds(2),
                            "keepAliveMax", Duration.ofSeconds(6),
                            "expiryMax", Duration.ofMinutes(1),
                            "retainedMax", 3,
                            "retainedPerClientMax", 2),
                    Map.of());

    @TempDir static Path directory;
    private static TestBroker broker;
    private static int clients;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory, LIMITS);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_packet_may_be_as_large_as_the_limit_and_no_byte_larger() throws Exception {
        try (var raw = client()) {
            byte[] rest = RawMqtt.join(RawMqtt.utf8("t/a"), new byte[] {0, 1, 0});
            int whole = PACKET_BYTES_MAX - 3; // behind type and length
            raw.send(RawMqtt.packet(0x32, Arrays.copyOf(rest, whole)));
            assertThat(raw.receive()).startsWith(0x40, 0x03, 0x00, 0x01); // 0x10: nobody hears

            raw.send(RawMqtt.packet(0x32, Arrays.copyOf(rest, whole + 1)));
            assertThat(raw.disconnectCode()).isEqualTo(0x95);
        }
    }

    @Test
    void a_topic_may_be_as_long_and_as_deep_as_the_limit_and_no_more() throws Exception {
        try (var raw = client()) {
            String longest = "t/" + "a".repeat(TOPIC_BYTES_MAX - 2);
            assertThat(pubackCode(raw, longest)).isZero();
            assertThat(pubackCode(raw, longest + "a")).isEqualTo(0x90);
            assertThat(pubackCode(raw, "t/2/3/4/5")).isZero();
            assertThat(pubackCode(raw, "t/2/3/4/5/6")).isEqualTo(0x90);
            assertThat(subackCodes(raw, longest, longest + "a")).containsExactly(0, 0x8f);
            assertThat(subackCodes(raw, "t/2/3/4/#", "t/2/3/4/5/#")).containsExactly(0, 0x8f);
        }
    }

    @Test
    void a_subscribe_may_have_as_many_filters_as_the_limit_and_no_more() throws Exception {
        try (var raw = client()) {
            assertThat(subackCodes(raw, "t/1", "t/2", "t/3")).containsExactly(0, 0, 0);

            raw.send(subscribe("t/1", "t/2", "t/3", "t/4"));
            assertThat(raw.disconnectCode()).isEqualTo(0x97);
        }
    }

    @Test
    void user_properties_have_a_greatest_number_and_size_in_each_packet() throws Exception {
        byte[] two = RawMqtt.join(property("k", "v"), property("k", "v"));
        byte[] three = RawMqtt.join(two, property("k", "v"));
        byte[] largest = property("key", "v".repeat(17));
        byte[] larger = property("key", "v".repeat(18));
        try (var raw = client()) {
            for (byte[] allowed : List.of(two, largest)) {
                raw.send(publish("t/p", allowed));
                assertThat(code(raw.receive())).isZero();
            }
            for (byte[] over : List.of(three, larger)) {
                raw.send(publish("t/p", over));
                assertThat(code(raw.receive())).isEqualTo(0x97);
            }
            raw.send(subscribe(two, "t/1"));
            assertThat(raw.receive()[0]).isEqualTo((byte) 0x90);
            raw.send(subscribe(three, "t/1"));
            assertThat(raw.disconnectCode()).isEqualTo(0x97);
        }
        Credential credential = newClient();
        assertThat(connectCode(credential, connect(name(), 60, two))).isZero();
        assertThat(connectCode(credential, connect(name(), 60, three))).isEqualTo(0x97);
        assertThat(connectCode(credential, connect(name(), 60, largest))).isZero();
        assertThat(connectCode(credential, connect(name(), 60, larger))).isEqualTo(0x97);
        assertThat(connectCode(credential, connectWithWill(name(), two))).isZero();
        assertThat(connectCode(credential, connectWithWill(name(), three))).isEqualTo(0x97);
    }

    @Test
    void a_client_may_have_as_many_topic_aliases_as_the_limit_and_no_more() throws Exception {
        try (var raw = client()) {
            raw.send(publish("t/a", new byte[] {0x23, 0, 2}));
            assertThat(code(raw.receive())).isZero();

            raw.send(publish("t/a", new byte[] {0x23, 0, 3}));
            assertThat(raw.disconnectCode()).isEqualTo(0x94);
        }
    }

    @Test
    void a_client_is_told_as_many_topic_aliases_as_the_limit_however_many_it_takes()
            throws Exception {
        try (var raw = new RawMqtt(broker, newClient())) {
            raw.send(connect(name(), 60, new byte[] {0x22, 0, 5}));
            assertThat(raw.connackCode()).isZero();
            subackCodes(raw, "t/#");
            for (int alias = 1; alias <= 3; alias++) {
                byte[] topic = RawMqtt.utf8("t/told/" + alias);
                byte[] properties = alias > 2 ? new byte[1] : new byte[] {3, 0x23, 0, (byte) alias};
                raw.send(RawMqtt.packet(0x30, RawMqtt.join(topic, new byte[] {0, 7})));
                assertThat(raw.receive())
                        .isEqualTo(
                                RawMqtt.packet(
                                        0x30, RawMqtt.join(topic, properties, new byte[] {7})));
            }
        }
    }

    @Test
    void as_many_messages_of_qos_2_may_be_pending_as_the_receive_maximum_and_no_more()
            throws Exception {
        try (var raw = client()) {
            for (int id = 1; id <= 3; id++) {
                raw.send(RawMqtt.publish(0x4, "t/q", id));
                assertThat(raw.receive()[0]).isEqualTo((byte) 0x50);
            }
            // One is completed, which makes room for one.
            raw.send(new byte[] {0x62, 2, 0, 1});
            assertThat(raw.receive()[0]).isEqualTo((byte) 0x70);
            raw.send(RawMqtt.publish(0x4, "t/q", 4));
            assertThat(raw.receive()[0]).isEqualTo((byte) 0x50);

            raw.send(RawMqtt.publish(0x4, "t/q", 5));
            assertThat(raw.disconnectCode()).isEqualTo(0x93);
        }
    }

    @Test
    void a_keep_alive_is_moved_into_its_range_and_holds() throws Exception {
        Credential credential = newClient();
        assertThat(serverKeepAlive(credential, 0)).hasValue(6);
        assertThat(serverKeepAlive(credential, 1)).hasValue(2);
        assertThat(serverKeepAlive(credential, 2)).isEmpty();
        assertThat(serverKeepAlive(credential, 6)).isEmpty();
        assertThat(serverKeepAlive(credential, 7)).hasValue(6);
        assertThat(serverKeepAlive(credential, 65_535)).hasValue(6);

        try (var silent = new RawMqtt(broker, credential)) {
            silent.send(connect(name(), 0, new byte[0]));
            assertThat(silent.connackCode()).isZero();
            long begin = System.nanoTime();
            assertThat(silent.disconnectCode()).isEqualTo(0x8d);
            assertThat(System.nanoTime() - begin).isGreaterThan(6_000_000_000L);
        }
        try (var brief = new RawMqtt(broker, credential)) {
            brief.send(connect(name(), 1, new byte[0])); // is told 2, so that is what holds
            assertThat(brief.connackCode()).isZero();
            long begin = System.nanoTime();
            assertThat(brief.disconnectCode()).isEqualTo(0x8d);
            assertThat(System.nanoTime() - begin).isGreaterThan(2_000_000_000L);
        }
        try (var speaking = new RawMqtt(broker, credential)) {
            speaking.send(connect(name(), 0, new byte[0]));
            assertThat(speaking.connackCode()).isZero();
            for (int i = 0; i < 10; i++) {
                Thread.sleep(1_000); // more than one and a half of the keep alive in all
                speaking.send(new byte[] {(byte) 0xc0, 0});
                assertThat(speaking.receive()).startsWith(0xd0);
            }
        }
    }

    @Test
    void a_session_outlives_its_connection_as_long_as_the_limit_and_no_longer() throws Exception {
        Credential credential = newClient();
        assertThat(sessionExpiry(credential, 60)).isEmpty();
        assertThat(sessionExpiry(credential, 61)).hasValue(60);
        assertThat(sessionExpiry(credential, 0xffff_ffff)).hasValue(60); // for ever
    }

    @Test
    void messages_are_retained_up_to_the_limits_of_one_client_and_of_all() throws Exception {
        try (var one = client()) {
            assertThat(retain(one, "t/r/1", 7)).isZero();
            assertThat(retain(one, "t/r/2", 7)).isZero();
            assertThat(retain(one, "t/r/3", 7)).isEqualTo(0x97);
            assertThat(retain(one, "t/r/2", 8)).isZero(); // in the place of the one before
            try (var other = client()) {
                assertThat(retain(other, "t/r/4", 7)).isZero();
                assertThat(retain(other, "t/r/5", 7)).isEqualTo(0x97); // of all together
            }
        }
    }

    private static String name() {
        return "limited-" + clients;
    }

    private static Credential newClient() {
        clients++;
        return broker.enrolClient(
                name(),
                100 + clients,
                TestBroker.mayPublish("t/#"),
                TestBroker.maySubscribe("t/#"));
    }

    /** A client of its own, so that no other test has used up what it may. */
    private static RawMqtt client() throws Exception {
        Credential credential = newClient();
        return connected(credential, name());
    }

    private static RawMqtt connected(Credential credential, String clientId) throws Exception {
        var raw = new RawMqtt(broker, credential);
        raw.send(RawMqtt.connect(clientId));
        assertThat(raw.connackCode()).isZero();
        return raw;
    }

    private static int connectCode(Credential credential, byte[] connect) throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(connect);
            return raw.connackCode();
        }
    }

    private static byte[] connect(String id, int keepAlive, byte[] properties) {
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        new byte[] {5, 2, (byte) (keepAlive >> 8), (byte) keepAlive},
                        new byte[] {(byte) properties.length},
                        properties,
                        RawMqtt.utf8(id)));
    }

    private static byte[] connectWithWill(String id, byte[] willProperties) {
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        new byte[] {5, 6, 0, 60, 0},
                        RawMqtt.utf8(id),
                        new byte[] {(byte) willProperties.length},
                        willProperties,
                        RawMqtt.utf8("t/will"),
                        RawMqtt.utf8("gone")));
    }

    /** A user property (MQTT 5, section 3.3.2.3.7). */
    private static byte[] property(String name, String value) {
        return RawMqtt.join(new byte[] {0x26}, RawMqtt.utf8(name), RawMqtt.utf8(value));
    }

    private static byte[] publish(String topic, byte[] properties) {
        return RawMqtt.packet(
                0x32,
                RawMqtt.join(
                        RawMqtt.utf8(topic),
                        new byte[] {0, 1, (byte) properties.length},
                        properties,
                        new byte[] {7}));
    }

    private static byte[] subscribe(String... filters) {
        return subscribe(new byte[0], filters);
    }

    private static byte[] subscribe(byte[] properties, String... filters) {
        byte[] rest = RawMqtt.join(new byte[] {0, 1, (byte) properties.length}, properties);
        for (String filter : filters) {
            rest = RawMqtt.join(rest, RawMqtt.utf8(filter), new byte[] {0});
        }
        return RawMqtt.packet(0x82, rest);
    }

    private static int pubackCode(RawMqtt raw, String topic) throws Exception {
        raw.send(publish(topic, new byte[0]));
        return code(raw.receive());
    }

    /** Of a PUBACK; that nobody has subscribed is no refusal. */
    private static int code(byte[] puback) {
        assertThat(puback[0]).isEqualTo((byte) 0x40);
        int code = puback.length > 4 ? puback[4] & 0xff : 0;
        return code == 0x10 ? 0 : code;
    }

    private static List<Integer> subackCodes(RawMqtt raw, String... filters) throws Exception {
        raw.send(subscribe(filters));
        byte[] suback = raw.receive();
        assertThat(suback[0]).isEqualTo((byte) 0x90);
        var codes = new ArrayList<Integer>();
        for (int i = suback.length - filters.length; i < suback.length; i++) {
            codes.add(suback[i] & 0xff);
        }
        return codes;
    }

    private static int retain(RawMqtt raw, String topic, int payload) throws Exception {
        raw.send(
                RawMqtt.packet(
                        0x33,
                        RawMqtt.join(RawMqtt.utf8(topic), new byte[] {0, 1, 0, (byte) payload})));
        return code(raw.receive());
    }

    private static Optional<Integer> serverKeepAlive(Credential credential, int asked)
            throws Exception {
        return told(credential, connect(name(), asked, new byte[0]), 0x13, 2);
    }

    private static Optional<Integer> sessionExpiry(Credential credential, int asked)
            throws Exception {
        byte[] property = {
            0x11, (byte) (asked >> 24), (byte) (asked >> 16), (byte) (asked >> 8), (byte) asked
        };
        return told(credential, connect(name(), 60, property), 0x11, 4);
    }

    /** What the CONNACK says of one property, a number of so many bytes. */
    private static Optional<Integer> told(
            Credential credential, byte[] connect, int property, int bytes) throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(connect);
            byte[] connack = raw.receive();
            assertThat(connack[3]).isZero();
            return ConnackProperties.number(connack, property, bytes);
        }
    }
}
