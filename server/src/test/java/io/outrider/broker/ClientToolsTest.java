package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients do with Debian's mosquitto-clients, in both versions, and what is refused them. */
@Timeout(120)
class ClientToolsTest {
    private static final String[] VERSIONS = {"mqttv5", "mqttv311"};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        broker.authority.writePem(directory.resolve("ca.pem"));
        credential =
                broker.enrolClient(
                        "tool",
                        1,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"),
                        TestBroker.maySubscribe("o1/#"));
        credential.writePem(directory, "tool");
        broker.enrol("acme.truck-1", 1).writePem(directory, "truck");
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void what_one_publishes_the_other_hears_in_each_pair_of_versions_and_each_qos()
            throws Exception {
        for (String from : VERSIONS) {
            for (String to : VERSIONS) {
                Path heard =
                        listening(to, "-t", "tools/+/x", "-q", "2", "-C", "3", "-F", "%t %q %p");
                for (String qos : new String[] {"0", "1", "2"}) {
                    publish(from, "tools/" + qos + "/x", "-m", "m" + qos, "-q", qos);
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .untilAsserted(() ->
                                assertThat(Files.readString(heard))
                                        .as(from + " to " + to)
                                        .contains(
                                                "tools/0/x 0 m0",
                                                "tools/1/x 1 m1",
                                                "tools/2/x 2 m2"));
            }
        }
    }

    @Test
    void a_retained_message_and_a_will_reach_who_subscribes() throws Exception {
        for (String version : VERSIONS) {
            publish(version, "tools/kept/" + version, "-m", "kept", "-r", "-q", "1");
            Path heard = listening(version, "-t", "tools/kept/" + version, "-C", "1");
            // A line of its own; one that went on listening would be the next one's rival.
            awaitText(heard, "\nkept\n");

            Path will = listening(version, "-t", "tools/will", "-C", "1");
            Process dying =
                    lineByLine(
                            with(
                                    "tool",
                                    version,
                                    "-i",
                                    "tool.dying",
                                    "-t",
                                    "tools/none",
                                    "--will-topic",
                                    "tools/will",
                                    "--will-payload",
                                    "gone",
                                    "-W",
                                    "60",
                                    "-d"),
                            directory.resolve("dying-" + version));
            awaitText(directory.resolve("dying-" + version), "Subscribed");
            dying.destroyForcibly().waitFor();
            awaitText(will, "gone");
        }
    }

    @Test
    void a_trackers_report_reaches_a_client_whose_grant_covers_it() throws Exception {
        for (String version : VERSIONS) {
            Path heard = listening(version, "-t", "o1/#", "-C", "1", "-v");
            Tool.MOSQUITTO_PUB.run(
                    directory,
                    with(
                            "truck",
                            version,
                            "-i",
                            "acme.truck-1",
                            "-t",
                            "o1/acme/truck-1/report",
                            "-m",
                            "x",
                            "-q",
                            "1"));
            awaitText(heard, "o1/acme/truck-1/report x");
        }
    }

    @Test
    void what_no_grant_covers_is_refused_with_a_code_where_the_version_has_one() throws Exception {
        for (String topic :
                new String[] {
                    "other",
                    "tool",
                    "$SYS/x",
                    "o1/acme/truck-1/report",
                    "o1/acme/truck-1/epoch",
                    "o1/acme/truck-1/down",
                }) {
            for (int qos = 0; qos <= 2; qos++) {
                assertThat(refusal(5, topic, qos))
                        .as("MQTT 5, QoS " + qos + ", " + topic)
                        .isEqualTo(
                                qos == 0 ? "disconnect 87" : qos == 1 ? "puback 87" : "pubrec 87");
                if (!topic.startsWith("$")) {
                    assertThat(refusal(4, topic, qos))
                            .as("MQTT 3.1.1, QoS " + qos + ", " + topic)
                            .isEqualTo("hung up");
                }
            }
        }
        assertThat(broker.received).noneMatch(r -> r.payload().length() == 2);
    }

    /** What comes back for a PUBLISH. */
    private static String refusal(int version, String topic, int qos) throws IOException {
        try (var raw = connected(version, "tool.refused")) {
            byte[] id = qos == 0 ? new byte[0] : new byte[] {0, 9};
            byte[] properties = version == 5 ? new byte[] {0} : new byte[0];
            raw.send(
                    RawMqtt.packet(
                            0x30 | qos << 1,
                            RawMqtt.join(
                                    RawMqtt.utf8(topic), id, properties, new byte[] {'x', '!'})));
            byte[] answer = raw.receive();
            if (answer.length == 0) {
                return "hung up";
            }
            int code = answer[answer[0] == (byte) 0xe0 ? 2 : 4] & 0xff;
            return switch (answer[0] & 0xf0) {
                        case 0x40 -> "puback ";
                        case 0x50 -> "pubrec ";
                        default -> "disconnect ";
                    }
                    + Integer.toHexString(code);
        }
    }

    @Test
    void filters_that_no_grant_covers_are_refused_one_by_one() throws Exception {
        for (int version : new int[] {4, 5}) {
            try (var raw = connected(version, "tool.filters")) {
                var filters = new ArrayList<byte[]>();
                filters.add(version == 5 ? new byte[] {0, 7, 0} : new byte[] {0, 7});
                for (String filter :
                        new String[] {
                            "tools/#",
                            "#",
                            "+/+",
                            "$SYS/#",
                            "$share/g/tools/a",
                            "$share/g/#",
                            "o1/+"
                        }) {
                    filters.add(RawMqtt.utf8(filter));
                    filters.add(new byte[] {1});
                }
                raw.send(RawMqtt.packet(0x82, RawMqtt.join(filters.toArray(byte[][]::new))));

                byte[] suback = raw.receive();

                int no = version == 5 ? 0x87 : 0x80;
                var codes = new ArrayList<Integer>();
                for (int i = suback.length - 7; i < suback.length; i++) {
                    codes.add(suback[i] & 0xff);
                }
                assertThat(codes).containsExactly(1, no, no, no, 1, no, 1);
            }
        }
    }

    @Test
    void a_client_is_told_the_limits_that_hold_for_it() {
        var client = broker.client(credential, "tool.limits");
        Mqtt5ConnAck connack =
                client.connectWith().keepAlive(60_000).sessionExpiryInterval(4_000_000_000L).send();
        var packets = TestBroker.LIMITS.packets();
        var sessions = TestBroker.LIMITS.sessions();

        assertThat(connack.getServerKeepAlive())
                .hasValue((int) sessions.keepAliveMax().toSeconds());
        assertThat(connack.getSessionExpiryInterval()).hasValue(sessions.expiryMax().toSeconds());
        var told = connack.getRestrictions();
        assertThat(told.getReceiveMaximum()).isEqualTo(packets.receiveMax());
        assertThat(told.getMaximumPacketSize()).isEqualTo(packets.packetBytesMax());
        assertThat(told.getTopicAliasMaximum()).isEqualTo(packets.topicAliasesMax());
        assertThat(told.isRetainAvailable()).isTrue();
        assertThat(told.isSharedSubscriptionAvailable()).isTrue();
        assertThat(told.isWildcardSubscriptionAvailable()).isTrue();
        assertThat(told.areSubscriptionIdentifiersAvailable()).isTrue();
        client.disconnect();
    }

    @Test
    void more_than_the_receive_maximum_at_once_ends_the_connection_with_0x93() throws Exception {
        int max = TestBroker.LIMITS.packets().receiveMax();
        try (var raw = connected(5, "tool.many")) {
            for (int id = 1; id <= max + 1; id++) {
                raw.send(RawMqtt.publish(4, "tools/many", id));
            }
            byte[] answer;
            do {
                answer = raw.receive();
            } while (answer[0] == 0x50); // as many PUBREC as were on their way by then
            assertThat(answer[0]).isEqualTo((byte) 0xe0);
            assertThat(answer[2]).isEqualTo((byte) 0x93);
        }
    }

    @Test
    void a_client_gets_as_many_at_once_as_it_takes_and_no_more() throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(
                    RawMqtt.packet(
                            0x10,
                            RawMqtt.join(
                                    RawMqtt.utf8("MQTT"),
                                    new byte[] {5, 2, 0, 60, 3, 0x21, 0, 2},
                                    RawMqtt.utf8("tool.two"))));
            raw.receive();
            raw.send(
                    RawMqtt.packet(
                            0x82,
                            RawMqtt.join(
                                    new byte[] {0, 1, 0},
                                    RawMqtt.utf8("tools/two"),
                                    new byte[] {1})));
            raw.receive();
            for (int i = 0; i < 3; i++) {
                publish("mqttv5", "tools/two", "-m", "m" + i, "-q", "1");
            }

            byte[] first = raw.receive();
            assertThat(raw.receive()[0]).as("the second").isEqualTo((byte) 0x32);
            raw.send(RawMqtt.packet(0xc0, new byte[0]));
            assertThat(raw.receive()[0]).as("no third, but the PINGRESP").isEqualTo((byte) 0xd0);
            int idAt = 2 + 2 + "tools/two".length();
            raw.send(RawMqtt.packet(0x40, new byte[] {first[idAt], first[idAt + 1]}));
            assertThat(raw.receive()[0]).as("the third").isEqualTo((byte) 0x32);
        }
    }

    @Test
    void too_large_a_packet_ends_the_connection_with_0x95() throws Exception {
        var payload = new byte[TestBroker.LIMITS.packets().packetBytesMax()];
        try (var raw = connected(5, "tool.large")) {
            byte[] packet =
                    RawMqtt.packet(
                            0x30, RawMqtt.join(RawMqtt.utf8("tools/x"), new byte[] {0}, payload));
            raw.send(Arrays.copyOf(packet, 100)); // it does not wait for the rest
            assertThat(raw.disconnectCode()).isEqualTo(0x95);
        }
    }

    @Test
    void mqtt_3_1_1_without_a_keep_alive_gets_in_and_is_not_waited_for_for_ever() throws Exception {
        try (var raw = connected(4, "tool.zero")) {
            raw.send(RawMqtt.packet(0xc0, new byte[0]));

            assertThat(raw.receive()[0]).isEqualTo((byte) 0xd0);
        }
    }

    @Test
    void a_foreign_client_identifier_is_refused() throws Exception {
        for (String id :
                new String[] {"other", "tools", "tool.", "acme.truck-1", "TOOL", "tool.a/b"}) {
            for (int version : new int[] {4, 5}) {
                try (var raw = new RawMqtt(broker, credential)) {
                    raw.send(connect(version, id));
                    assertThat(raw.receive()[3])
                            .as(version + " " + id)
                            .isEqualTo(version == 5 ? (byte) 0x85 : (byte) 2);
                }
            }
        }
    }

    private static RawMqtt connected(int version, String id) throws IOException {
        var raw = new RawMqtt(broker, credential);
        raw.send(connect(version, id));
        assertThat(raw.receive()[3]).isZero();
        return raw;
    }

    private static byte[] connect(int version, String id) {
        byte[] properties = version == 5 ? new byte[] {0} : new byte[0];
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        new byte[] {(byte) version, 2, 0, 0},
                        properties,
                        RawMqtt.utf8(id)));
    }

    /** Starts a subscriber that is subscribed when this returns; what it hears is in the file. */
    private static Path listening(String version, String... more)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "heard", ".txt");
        var arguments = new ArrayList<>(List.of("-i", "tool.ear", "-d", "-W", "60"));
        arguments.addAll(List.of(more));
        // It ends by itself: with its last message, or after its time (-W).
        var _ = lineByLine(with("tool", version, arguments.toArray(String[]::new)), output);
        awaitText(output, "Subscribed");
        return output;
    }

    /** Starts a subscriber that writes each line at once, though into a file. */
    private static Process lineByLine(String[] arguments, Path output) throws IOException {
        ProcessBuilder builder = Tool.MOSQUITTO_SUB.builder(arguments);
        builder.command().addAll(0, List.of("/usr/bin/stdbuf", "-oL"));
        return builder.redirectOutput(output.toFile()).start();
    }

    private static void awaitText(Path file, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Files.readString(file)).contains(text));
    }

    private static void publish(String version, String topic, String... more)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("-i", "tool", "-t", topic));
        arguments.addAll(List.of(more));
        var result =
                Tool.MOSQUITTO_PUB.run(
                        directory, with("tool", version, arguments.toArray(String[]::new)));
        assertThat(result.status()).as(result.output()).isZero();
    }

    private static String[] with(String credential, String version, String... more) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "-V",
                                version,
                                "-h",
                                "localhost",
                                "-p",
                                Integer.toString(broker.port()),
                                "--cafile",
                                directory.resolve("ca.pem").toString(),
                                "--cert",
                                directory.resolve(credential + ".crt").toString(),
                                "--key",
                                directory.resolve(credential + ".key").toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }
}
