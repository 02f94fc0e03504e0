package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packets that two parsers could read in two ways, each with a good PUBLISH behind it that nobody
 * may take for one.
 */
@Timeout(60)
class ParsingAttackTest {
    private static final String ID = "acme.truck-1";
    private static final String REPORT = "o1/acme/truck-1/report";
    private static final byte[] SMUGGLED = RawMqtt.publish(0x2, REPORT, 9);

    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.started(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        broker.received.clear();
    }

    @Test
    void a_remaining_length_of_five_bytes_ends_the_connection() throws Exception {
        assertEnds(new byte[] {0x32, -1, -1, -1, -1, 1});
        assertEnds(new byte[] {0x32, -128, -128, -128, -128, 0});
    }

    @Test
    void a_property_length_of_five_bytes_ends_the_connection() throws Exception {
        assertEnds(publish(RawMqtt.utf8(REPORT), new byte[] {-128, -128, -128, -128, 0}));
    }

    @Test
    void properties_that_reach_beyond_their_packet_end_the_connection() throws Exception {
        assertEnds(publish(RawMqtt.utf8(REPORT), new byte[] {-128, 1}));
    }

    @Test
    void properties_of_128_bytes_and_more_leave_payload_and_next_packet_as_they_are()
            throws Exception {
        for (int bytes : new int[] {127, 128, 129, 200}) {
            broker.received.clear();
            byte[] value = new byte[bytes - 6];
            Arrays.fill(value, (byte) 'v');
            byte[] length =
                    bytes < 128
                            ? new byte[] {(byte) bytes}
                            : new byte[] {(byte) (bytes | 0x80), (byte) (bytes >> 7)};
            byte[] property = {0x26, 0, 1, 'n', (byte) (value.length >> 8), (byte) value.length};
            try (var raw = RawMqtt.connected(broker, ID)) {
                raw.send(
                        publish(RawMqtt.utf8(REPORT), RawMqtt.join(length, property, value)),
                        SMUGGLED);

                assertThat(raw.receive()).startsWith(0x40, 2, 0, 1);
                assertThat(raw.receive()).startsWith(0x40, 2, 0, 9);
            }
            assertThat(broker.received)
                    .extracting(Inbound::payload)
                    .containsExactly(
                            Payload.owning(new byte[] {7}), Payload.owning(new byte[] {7}));
        }
    }

    @Test
    void what_only_a_server_says_ends_the_connection() throws Exception {
        assertEnds(new byte[] {0x20, 3, 0, 0, 0}); // CONNACK
        assertEnds(new byte[] {(byte) 0x90, 4, 0, 1, 0, 0}); // SUBACK
        assertEnds(new byte[] {(byte) 0xb0, 4, 0, 1, 0, 0}); // UNSUBACK
        assertEnds(new byte[] {(byte) 0xd0, 0}); // PINGRESP
        assertEnds(new byte[] {0x00, 0}); // reserved
    }

    @Test
    void a_topic_that_is_no_utf_8_or_holds_nul_reaches_nobody() throws Exception {
        assertEnds(publish(new byte[] {0, 3, 'a', 0, 'b'}, new byte[] {0})); // NUL
        assertEnds(
                publish(new byte[] {0, 2, (byte) 0xc0, (byte) 0xaf}, new byte[] {0})); // overlong
        assertEnds(publish(new byte[] {0, 3, (byte) 0xed, (byte) 0xa0, (byte) 0x80}, new byte[1]));
        assertEnds(publish(new byte[] {0, 1, (byte) 0xff}, new byte[] {0}));
    }

    @Test
    void a_topic_alias_of_0_ends_the_connection() throws Exception {
        assertEnds(publish(RawMqtt.utf8(REPORT), new byte[] {3, 0x23, 0, 0}));
    }

    /** QoS 1, packet identifier 1, payload 7. */
    private static byte[] publish(byte[] topic, byte[] properties) {
        return RawMqtt.packet(
                0x32, RawMqtt.join(topic, new byte[] {0, 1}, properties, new byte[] {7}));
    }

    private static void assertEnds(byte[] packet) throws Exception {
        try (var raw = RawMqtt.connected(broker, ID)) {
            raw.send(packet, SMUGGLED);

            byte[] answer = raw.receive();
            assertThat(answer.length == 0 || answer[0] == (byte) 0xe0)
                    .as("hung up on, with or without DISCONNECT")
                    .isTrue();
            if (answer.length > 0) {
                assertThat(raw.receive()).isEmpty();
            }
        }
        assertThat(broker.received).isEmpty();
    }
}
