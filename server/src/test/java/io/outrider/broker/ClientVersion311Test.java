package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.GateEvent;
import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What MQTT 3.1.1 cannot say, and what a server does instead. */
@Timeout(60)
class ClientVersion311Test {
    private static final byte[] CONNACK = {0x20, 2, 0, 0};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential credential;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
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
    void who_talks_to_the_servers_topics_is_not_cut_off_and_nobody_hears_it() throws Exception {
        Credential all =
                broker.enrolClient(
                        "all",
                        2,
                        TestBroker.mayPublish("#"),
                        TestBroker.mayPublish("$SYS/#"),
                        TestBroker.maySubscribe("#"),
                        TestBroker.maySubscribe("$SYS/#"));
        try (var raw = new RawMqtt(broker, all)) {
            raw.send(connect("all", 60));
            assertThat(raw.receive()).containsExactly(CONNACK);
            subscribe(raw, "$SYS/#", 1);
            subscribe(raw, "#", 0);

            byte[] topic = RawMqtt.utf8("$SYS/broker/connection/bridge/state");
            raw.send(RawMqtt.packet(0x31, RawMqtt.join(topic, new byte[] {'1'})));
            raw.send(RawMqtt.packet(0x33, RawMqtt.join(topic, new byte[] {0, 8, '1'})));
            assertThat(raw.receive()).containsExactly(0x40, 2, 0, 8);
            raw.send(RawMqtt.packet(0x35, RawMqtt.join(topic, new byte[] {0, 9, '1'})));
            assertThat(raw.receive()).containsExactly(0x50, 2, 0, 9);
            raw.send(RawMqtt.packet(0x62, new byte[] {0, 9}));
            assertThat(raw.receive()).containsExactly(0x70, 2, 0, 9);

            raw.send(RawMqtt.packet(0x30, RawMqtt.join(RawMqtt.utf8("end"), new byte[] {'1'})));
            assertThat(raw.receive()).as("the first that is heard").startsWith(0x30, 6, 0, 3, 'e');
        }
        assertThat(broker.events)
                .filteredOn(e -> e instanceof GateEvent.Denied d && d.clientId().equals("all"))
                .hasSize(3);
    }

    @Test
    void who_is_silent_for_longer_than_it_said_is_cut_off() throws Exception {
        try (var raw = new RawMqtt(broker, credential)) {
            raw.send(connect("tool.silent", 1));
            assertThat(raw.receive()).containsExactly(CONNACK);

            assertThat(raw.receive()).as("nothing but its end").isEmpty();
        }
    }

    @Test
    void who_says_goodbye_to_tls_and_stays_is_gone_and_its_will_is_published() throws Exception {
        try (var ear = connected("tool.ear");
                var half = new RawMqtt(broker, credential)) {
            subscribe(ear, "tools/will", 0);
            half.send(
                    RawMqtt.packet(
                            0x10,
                            RawMqtt.join(
                                    RawMqtt.utf8("MQTT"),
                                    new byte[] {4, 0x06, 0, 0},
                                    RawMqtt.utf8("tool.half"),
                                    RawMqtt.utf8("tools/will"),
                                    RawMqtt.utf8("half open"))));
            assertThat(half.receive()).containsExactly(CONNACK);

            half.closeTls();

            assertThat(ear.receive()).as("the will").startsWith(0x30);
            assertThat(half.receive()).as("the other end is closed, too").isEmpty();
        }
    }

    private static RawMqtt connected(String id) throws IOException {
        var raw = new RawMqtt(broker, credential);
        raw.send(connect(id, 60));
        assertThat(raw.receive()).containsExactly(CONNACK);
        return raw;
    }

    private static byte[] connect(String id, int keepAlive) {
        byte[] flags = {4, 2, 0, (byte) keepAlive};
        return RawMqtt.packet(0x10, RawMqtt.join(RawMqtt.utf8("MQTT"), flags, RawMqtt.utf8(id)));
    }

    private static void subscribe(RawMqtt raw, String filter, int qos) throws IOException {
        byte[] id = {0, 7};
        raw.send(
                RawMqtt.packet(
                        0x82, RawMqtt.join(id, RawMqtt.utf8(filter), new byte[] {(byte) qos})));
        assertThat(raw.receive()).containsExactly(0x90, 3, 0, 7, qos);
    }
}
