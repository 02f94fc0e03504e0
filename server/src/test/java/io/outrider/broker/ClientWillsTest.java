package io.outrider.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That a CONNECT and the will in it go before the gate with all that they carry, and again. */
@Timeout(60)
class ClientWillsTest {
    private static final byte[] NONE = {0};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential tool;
    private static Credential other;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        tool = broker.enrolClient("tool", 1);
        other = broker.enrolClient("other", 2, TestBroker.maySubscribe("tools/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void grantAll() {
        grant("tools/#");
    }

    private static void grant(String filter) {
        broker.registry.grant(
                "tool",
                1,
                tool.keyHash(),
                TestBroker.mayPublish(filter),
                TestBroker.maySubscribe(filter));
    }

    @Test
    void a_will_that_is_not_allowed_any_more_when_it_is_due_is_not_published() throws Exception {
        try (var ear = connected(other, RawMqtt.connect("other"))) {
            subscribe(ear);
            var live = connected(tool, leaving("tool.live", delay(0), "tools/will"));
            connected(tool, leaving("tool.delayed", delay(9), "tools/will")).close();
            connected(tool, leaving("tool.renewed", delay(60), "tools/will")).close();
            connected(tool, leaving("tool.allowed", delay(1), "tools/will/allowed")).close();
            assertThat(ear.receive()).as("the delayed one that is allowed").startsWith(0x30);

            // Nobody tells the broker.
            grant("tools/will/allowed");
            live.close();
            connected(tool, RawMqtt.connect("tool.renewed")).close(); // ends the session before

            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(denied())
                                    .containsOnly("tool.live", "tool.delayed", "tool.renewed"));
            connected(tool, leaving("tool.end", delay(0), "tools/will/allowed")).close();
            assertThat(new String(ear.receive(), US_ASCII)).contains("tools/will/allowed");
        }
    }

    private static Set<String> denied() {
        return broker.events.stream()
                .filter(event -> event instanceof GateEvent.Denied)
                .map(GateEvent.Denied.class::cast)
                .filter(denied -> denied.reason().startsWith("the will: "))
                .map(GateEvent.Denied::clientId)
                .collect(Collectors.toSet());
    }

    @Test
    void what_a_connect_and_its_will_carry_is_counted() throws Exception {
        int max = TestBroker.LIMITS.packets().userPropertiesMax();

        assertThat(code(connect("tool", properties(max), properties(max), "tools/will"))).isZero();
        assertThat(code(connect("tool", properties(max + 1), NONE, "tools/will"))).isEqualTo(0x97);
        assertThat(code(connect("tool", NONE, properties(max + 1), "tools/will"))).isEqualTo(0x97);
    }

    @Test
    void a_will_asks_for_no_answer_that_its_client_could_not_hear() throws Exception {
        assertThat(code(leaving("tool", answerTo("tools/answers"), "tools/will"))).isZero();
        assertThat(code(leaving("tool", answerTo("elsewhere"), "tools/will"))).isEqualTo(0x87);
    }

    private static RawMqtt connected(Credential credential, byte[] connect) throws IOException {
        var raw = new RawMqtt(broker, credential);
        raw.send(connect);
        assertThat(raw.receive()[3]).isZero();
        return raw;
    }

    private static void subscribe(RawMqtt raw) throws IOException {
        byte[] id = {0, 7, 0};
        raw.send(RawMqtt.packet(0x82, RawMqtt.join(id, RawMqtt.utf8("tools/#"), new byte[1])));
        assertThat(raw.receive()).startsWith(0x90);
    }

    /** The reason code of the CONNACK. */
    private static int code(byte[] connect) throws IOException {
        try (var raw = new RawMqtt(broker, tool)) {
            raw.send(connect);
            byte[] connack = raw.receive();
            assertThat(connack[0]).isEqualTo((byte) 0x20);
            return connack[3] & 0xff;
        }
    }

    /** A CONNECT with a will, and a session of 100 s. */
    private static byte[] leaving(String id, byte[] willProperties, String willTopic) {
        byte[] expiry = {5, 0x11, 0, 0, 0, 100};
        return connect(id, expiry, willProperties, willTopic);
    }

    private static byte[] connect(
            String id, byte[] properties, byte[] willProperties, String willTopic) {
        return RawMqtt.packet(
                0x10,
                RawMqtt.join(
                        RawMqtt.utf8("MQTT"),
                        new byte[] {5, 0x06, 0, 60},
                        properties,
                        RawMqtt.utf8(id),
                        willProperties,
                        RawMqtt.utf8(willTopic),
                        RawMqtt.utf8("gone")));
    }

    private static byte[] delay(int seconds) {
        return new byte[] {5, 0x18, 0, 0, 0, (byte) seconds};
    }

    private static byte[] answerTo(String topic) {
        return withLength(RawMqtt.join(new byte[] {0x08}, RawMqtt.utf8(topic)));
    }

    private static byte[] properties(int count) {
        var properties = new byte[count][];
        Arrays.fill(properties, RawMqtt.join(new byte[] {0x26}, RawMqtt.utf8("a"), new byte[2]));
        return withLength(RawMqtt.join(properties));
    }

    /** Of less than 128 bytes, so that the length is one of them. */
    private static byte[] withLength(byte[] properties) {
        return RawMqtt.join(new byte[] {(byte) properties.length}, properties);
    }
}
