package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** MQTT over WebSocket over TLS: who gets an upgrade, and that nothing else is let through. */
@Timeout(60)
class BrokerWebSocketTest {
    private static final String ORIGIN = "https://tools.example:8443";

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.startedForBrowsers(directory, TestBroker.IMPATIENT, Set.of(ORIGIN));
        credential =
                broker.enrolClient(
                        "tool",
                        1,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void clients_on_both_listeners_hear_each_other() throws Exception {
        Mqtt5BlockingClient browser =
                broker.clientBuilder(credential, broker.broker().port("web"))
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .subprotocol("mqtt")
                        // It names itself an origin where none is given.
                        .httpHeaders(Map.of("Origin", ORIGIN))
                        .applyWebSocketConfig()
                        .identifier("tool.browser")
                        .buildBlocking();
        Mqtt5BlockingClient plain = broker.client(credential, "tool");
        browser.connect();
        plain.connect();
        for (Mqtt5BlockingClient[] pair :
                new Mqtt5BlockingClient[][] {{browser, plain}, {plain, browser}}) {
            try (var heard = pair[0].publishes(MqttGlobalPublishFilter.ALL)) {
                pair[0].subscribeWith().topicFilter("tools/#").qos(MqttQos.EXACTLY_ONCE).send();
                pair[1].publishWith()
                        .topic("tools/a")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload(new byte[100_000])
                        .send();
                assertThat(heard.receive(20, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes())
                        .hasSize(100_000);
                pair[0].unsubscribeWith().topicFilter("tools/#").send();
            }
        }
        browser.disconnect();
        plain.disconnect();
    }

    @Test
    void a_page_of_an_allowed_origin_and_a_tool_without_one_get_the_upgrade() throws Exception {
        for (String origin : new String[] {"", "Origin: " + ORIGIN + "\r\n"}) {
            try (var raw = upgraded(origin)) {
                raw.send(binary(RawMqtt.connect("tool.raw")));

                byte[] frame = raw.receive(2);
                byte[] connack = raw.receive(frame[1]);

                assertThat(frame[0]).as("one binary frame").isEqualTo((byte) 0x82);
                assertThat(Arrays.copyOf(connack, 4)).endsWith(0, 0).startsWith(0x20);
            }
        }
    }

    @Test
    void any_other_origin_is_answered_with_403() throws Exception {
        for (String origin :
                new String[] {
                    "null",
                    "",
                    ORIGIN + "/",
                    ORIGIN + ".evil.example",
                    "https://tools.example",
                    "http://tools.example:8443",
                    "https://TOOLS.example:8443",
                    "https://localhost:" + broker.broker().port("web"),
                    ORIGIN + "\r\nOrigin: " + ORIGIN,
                    ORIGIN + "\r\nOrigin: https://evil.example",
                }) {
            assertThat(answer(request("/mqtt", "Origin: " + origin + "\r\n")))
                    .as(origin)
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void what_is_no_upgrade_to_mqtt_gets_none() throws Exception {
        assertThat(answer(request("/", ""))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(request("/mqtt/", ""))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(request("/mqtt", "").replace("GET", "POST"))).startsWith("HTTP/1.1 405 ");
        assertThat(answer(request("/mqtt", "").replace("Upgrade: websocket\r\n", "")))
                .startsWith("HTTP/1.1 426 ");
        assertThat(answer(request("/mqtt", "").replace("Protocol: mqtt", "Protocol: chat")))
                .startsWith("HTTP/1.1 400 ");
        assertThat(answer("GARBAGE\r\n\r\n")).doesNotContain(" 101 ");
    }

    @Test
    void a_request_that_is_too_large_ends_the_connection() throws Exception {
        assertThat(answer(request("/mqtt", "X: " + "x".repeat(9_000) + "\r\n")))
                .doesNotContain(" 101 ");
        assertThat(answer(request("/" + "x".repeat(2_000), ""))).doesNotContain(" 101 ");
        assertThat(answer(request("/mqtt", "Content-Length: 100000\r\n"))).doesNotContain(" 101 ");
    }

    @Test
    void without_tls_there_is_no_answer() throws Exception {
        try (var plain =
                new Socket(InetAddress.getLoopbackAddress(), broker.broker().port("web"))) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream().write(request("/mqtt", "").getBytes(StandardCharsets.US_ASCII));
            assertThat(plain.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void who_upgrades_and_then_says_nothing_or_no_connect_is_hung_up_on() throws Exception {
        byte[][] firsts = {
            {},
            binary(RawMqtt.packet(0xc0, new byte[0])),
            binary(RawMqtt.publish(2, "tools/a", 1)),
            {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'},
            {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0},
        };
        for (byte[] first : firsts) {
            long begin = System.nanoTime();
            try (var raw = upgraded("")) {
                raw.send(first);
                byte[] answer = raw.receiveAll();
                assertThat(answer.length > 2 && answer[2] == 0x20).as("a CONNACK").isFalse();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(9));
        }
    }

    @Test
    void a_connect_that_is_cut_into_frames_is_put_together_again() throws Exception {
        byte[] connect = RawMqtt.connect("tool.cut");
        try (var raw = upgraded("")) {
            raw.send(frame(0x02, Arrays.copyOf(connect, 5)));
            raw.send(frame(0x80, Arrays.copyOfRange(connect, 5, connect.length)));

            byte[] frame = raw.receive(2);
            assertThat(raw.receive(frame[1])).startsWith(0x20);
        }
    }

    @Test
    void a_tracker_and_a_stranger_are_told_apart_as_on_the_other_listener() throws Exception {
        var truck = broker.enrol("acme.truck-1", 1);
        try (var raw = upgraded("", truck)) {
            raw.send(binary(RawMqtt.connect("acme.truck-2")));
            byte[] frame = raw.receive(2);
            assertThat(raw.receive(frame[1])[3]).isEqualTo((byte) 0x85);
        }
    }

    private static RawMqtt upgraded(String origin) throws IOException {
        return upgraded(origin, credential);
    }

    private static RawMqtt upgraded(String origin, Credential as) throws IOException {
        var raw = new RawMqtt(broker, as, "web");
        raw.send(request("/mqtt", origin).getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) raw.receive(1)[0]);
        }
        assertThat(answer.toString())
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-protocol: mqtt");
        return raw;
    }

    private static String answer(String request) throws IOException {
        try (var raw = new RawMqtt(broker, credential, "web")) {
            raw.send(request.getBytes(StandardCharsets.US_ASCII));
            return new String(raw.receiveAll(), StandardCharsets.US_ASCII);
        }
    }

    private static String request(String path, String more) {
        return "GET "
                + path
                + " HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Connection: Upgrade\r\n"
                + "Upgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: mqtt\r\n"
                + more
                + "\r\n";
    }

    private static byte[] binary(byte[] payload) {
        return frame(0x82, payload);
    }

    /** A client's frame of at most 125 bytes, masked with zeros (RFC 6455, section 5.2). */
    private static byte[] frame(int first, byte[] payload) {
        return RawMqtt.join(
                new byte[] {(byte) first, (byte) (0x80 | payload.length), 0, 0, 0, 0}, payload);
    }
}
