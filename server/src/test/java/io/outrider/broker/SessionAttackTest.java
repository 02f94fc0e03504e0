package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.TestAuthority.Credential;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on sessions, and by what a session keeps, byte by byte. */
@Timeout(60)
class SessionAttackTest {
    private static final byte[] PUBREL_1 = {0x62, 2, 0, 1};

    @TempDir static Path directory;
    private static TestBroker broker;
    private static Credential victim;
    private static Credential stranger;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
        victim =
                broker.enrolClient(
                        "victim",
                        1,
                        TestBroker.maySubscribe("tools/#"),
                        TestBroker.mayPublish("tools/#"));
        stranger = broker.enrolClient("stranger", 2, TestBroker.maySubscribe("open"));
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void a_stranger_neither_gets_nor_ends_the_session_under_a_clients_identifier()
            throws Exception {
        try (var raw = resumed(victim, "victim.queue", 0)) {
            raw.send(subscribe("tools/secret"));
            assertThat(raw.receive()).startsWith(0x90, 4, 0, 1, 0, 1);
        }
        publish("tools/secret");

        for (int cleanStart = 0; cleanStart <= 1; cleanStart++) {
            try (var raw = new RawMqtt(broker, stranger)) {
                raw.send(connect("victim.queue", cleanStart));
                assertThat(raw.connackCode()).isEqualTo(0x85);
                assertThat(raw.receive()).isEmpty();
            }
        }

        try (var raw = resumed(victim, "victim.queue", 1)) {
            byte[] queued = raw.receive();
            assertThat(queued[0] & 0xf0).isEqualTo(0x30);
            assertThat(new String(queued, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("tools/secret");
        }
    }

    @Test
    void a_filter_that_was_refused_hears_nothing_shared_or_not() throws Exception {
        try (var raw = resumed(stranger, "stranger", 0)) {
            raw.send(subscribe("open", "tools/canary", "$share/g/tools/canary", "$share/g/#"));
            byte[] answer = raw.receive();
            assertThat(answer[0]).isEqualTo((byte) 0x90);
            assertThat(answer).endsWith(0x01, 0x87, 0x87, 0x87);

            publish("tools/canary");

            raw.send(new byte[] {(byte) 0xc0, 0}); // what was on its way comes before the answer
            assertThat(raw.receive()).startsWith(0xd0, 0);
        }
        try (var raw = resumed(stranger, "stranger", 1)) {
            raw.send(new byte[] {(byte) 0xc0, 0});
            assertThat(raw.receive()).startsWith(0xd0, 0);
        }
    }

    @Test
    void a_message_of_qos_2_that_is_sent_again_on_a_new_connection_arrives_once() throws Exception {
        try (var ear = resumed(victim, "victim.ear", 0)) {
            ear.send(subscribe("tools/once"));
            assertThat(ear.receive()).startsWith(0x90);
            try (var raw = resumed(victim, "victim.mouth", 0)) {
                raw.send(RawMqtt.publish(0x4, "tools/once", 1));
                assertThat(raw.receive()).startsWith(0x50);
            }
            try (var raw = resumed(victim, "victim.mouth", 1)) {
                raw.send(RawMqtt.publish(0xc, "tools/once", 1), PUBREL_1);
                assertThat(raw.receive()).startsWith(0x50);
                assertThat(raw.receive()).startsWith(0x70);
            }
            publish("tools/once");

            assertThat(packetsUntilPingIsAnswered(ear)).isEqualTo(2);
        }
    }

    @Test
    void a_message_of_qos_2_is_decided_again_when_it_is_sent_again_without_the_right()
            throws Exception {
        try (var raw = resumed(victim, "victim.late", 0)) {
            raw.send(RawMqtt.publish(0x4, "tools/late", 1));
            assertThat(raw.receive()).startsWith(0x50);
        }
        broker.registry.grant("victim", 1, victim.keyHash(), TestBroker.maySubscribe("tools/#"));
        try (var raw = new RawMqtt(broker, victim)) {
            raw.send(connect("victim.late", 0));
            raw.connackCode();
            raw.send(RawMqtt.publish(0xc, "tools/late", 1));

            byte[] answer = raw.receive();
            assertThat(answer).startsWith(0x50);
            assertThat(answer[4]).isEqualTo((byte) 0x87);
        } finally {
            broker.registry.grant(
                    "victim",
                    1,
                    victim.keyHash(),
                    TestBroker.maySubscribe("tools/#"),
                    TestBroker.mayPublish("tools/#"));
        }
    }

    @Test
    void a_bare_pubrel_after_the_right_has_gone_or_for_what_was_refused_delivers_nothing()
            throws Exception {
        try (var ear = resumed(victim, "victim.ear-2", 0)) {
            ear.send(subscribe("tools/#"));
            assertThat(ear.receive()).startsWith(0x90);
            try (var raw = resumed(victim, "victim.bare", 0)) {
                raw.send(RawMqtt.publish(0x4, "tools/before", 1));
                assertThat(raw.receive()).startsWith(0x50);
            }
            assertThat(ear.receive()[0] & 0xf0).as("what was allowed").isEqualTo(0x30);
            broker.registry.grant(
                    "victim", 1, victim.keyHash(), TestBroker.maySubscribe("tools/#"));
            try (var raw = new RawMqtt(broker, victim)) {
                raw.send(connect("victim.bare", 0));
                assertThat(raw.connackCode()).isZero();
                raw.send(PUBREL_1);
                assertThat(raw.receive()).startsWith(0x70);
                raw.send(RawMqtt.publish(0x4, "tools/after", 2), new byte[] {0x62, 2, 0, 2});
                byte[] refused = raw.receive();
                assertThat(refused).startsWith(0x50);
                assertThat(refused[4]).isEqualTo((byte) 0x87);
            }

            ear.send(new byte[] {(byte) 0xc0, 0}); // what was on its way comes before the answer
            assertThat(ear.receive()).startsWith(0xd0, 0);
        } finally {
            broker.registry.grant(
                    "victim",
                    1,
                    victim.keyHash(),
                    TestBroker.maySubscribe("tools/#"),
                    TestBroker.mayPublish("tools/#"));
        }
    }

    /** With a session that outlives the connection by 100 s, present already or not. */
    private static RawMqtt resumed(Credential credential, String id, int present)
            throws IOException {
        var raw = new RawMqtt(broker, credential);
        raw.send(connect(id, 0));
        byte[] answer = raw.receive();
        assertThat(answer).startsWith(0x20);
        assertThat(answer[2]).as("session present").isEqualTo((byte) present);
        assertThat(answer[3]).as("code").isZero();
        return raw;
    }

    private static byte[] connect(String id, int cleanStart) {
        byte[] head = {5, (byte) (cleanStart << 1), 0, 60, 5, 0x11, 0, 0, 0, 100};
        return RawMqtt.packet(0x10, RawMqtt.join(RawMqtt.utf8("MQTT"), head, RawMqtt.utf8(id)));
    }

    private static byte[] subscribe(String... filters) {
        byte[] all = {0, 1, 0};
        for (String filter : filters) {
            all = RawMqtt.join(all, RawMqtt.utf8(filter), new byte[] {1});
        }
        return RawMqtt.packet(0x82, all);
    }

    /** By the victim, and acknowledged. */
    private static void publish(String topic) throws IOException {
        try (var raw = new RawMqtt(broker, victim)) {
            raw.send(RawMqtt.connect("victim.voice"));
            assertThat(raw.connackCode()).isZero();
            raw.send(RawMqtt.publish(0x2, topic, 1));
            assertThat(raw.receive()).startsWith(0x40);
        }
    }

    /** Two are waited for; a third would come before the answer to the ping behind them. */
    private static int packetsUntilPingIsAnswered(RawMqtt raw) throws IOException {
        assertThat(raw.receive()[0] & 0xf0).isEqualTo(0x30);
        assertThat(raw.receive()[0] & 0xf0).isEqualTo(0x30);
        raw.send(new byte[] {(byte) 0xc0, 0});
        int packets = 2;
        while ((raw.receive()[0] & 0xff) != 0xd0) {
            packets++;
        }
        return packets;
    }
}
