package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.CrossProtocol;
import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority.Credential;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * ALPACA (CVE-2021-3618): somebody in between leads a browser that means a web server to the
 * broker, or a client of MQTT to its listener for browsers, whose certificate is good for both.
 */
@Timeout(60)
class CrossProtocolAttackTest {
    private static final byte[] REQUEST =
            "POST /<script>alert(1)</script> HTTP/1.1\r\nHost: localhost\r\n\r\nMQTT"
                    .getBytes(StandardCharsets.US_ASCII);

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential truck;

    @BeforeAll
    static void start() throws Exception {
        broker =
                TestBroker.startedForBrowsers(
                        directory, TestBroker.LIMITS, Set.of("https://tools.example"));
        truck = broker.enrol("acme.truck-1", 1);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void who_asks_for_another_protocol_gets_an_alert() throws Exception {
        for (String[] meant :
                new String[][] {
                    {"h2", "http/1.1"},
                    {"http/1.1"},
                    {"ftp"},
                    {"mqtt/5"},
                    {"MQTT"},
                    {"x-amzn-mqtt-ca"},
                }) {
            assertThat(client("mqtt").offering(meant)).contains("no_application_protocol");
        }
        assertThat(client("web").offering("h2", "mqtt")).contains("no_application_protocol");
        assertThat(client("mqtt").offering("http/1.1", "mqtt")).isEqualTo("mqtt");
        assertThat(client("mqtt").offering("x-amzn-mqtt-ca", "mqtt")).isEqualTo("mqtt");
        assertThat(client("web").offering("h2", "http/1.1")).isEqualTo("http/1.1");
        assertThat(client("mqtt").offering()).as("none was asked for").isEmpty();
    }

    @Test
    void http_gets_not_a_byte_of_an_answer_on_the_port_for_mqtt() throws Exception {
        broker.events.clear();
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream().write(REQUEST);
            assertThat(CrossProtocol.all(plain.getInputStream())).as("without TLS").isEmpty();
        }
        try (var raw = new RawMqtt(broker, truck)) {
            raw.send(REQUEST);
            assertThat(raw.receive()).as("behind TLS").isEmpty();
        }
        assertThat(broker.events).noneMatch(GateEvent.Connected.class::isInstance);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(broker.events)
                                .extracting(Object::toString)
                                .anyMatch(event -> event.contains("what came is not TLS"))
                                .anyMatch(event -> event.contains("no CONNECT"))
                                .noneMatch(event -> event.contains("script")));
    }

    @Test
    void mqtt_gets_no_connack_on_the_port_for_browsers() throws Exception {
        broker.events.clear();
        assertThat(client("web").answerToConnect())
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("truck", "MQTT");
        assertThat(broker.events).noneMatch(GateEvent.Connected.class::isInstance);
    }

    private static CrossProtocol client(String listener) throws Exception {
        return new CrossProtocol(
                RawMqtt.context(broker, Optional.of(truck)), broker.broker().port(listener));
    }
}
