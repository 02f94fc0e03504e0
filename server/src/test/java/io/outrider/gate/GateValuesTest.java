package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.fleet.Standing;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateValuesTest {
    @Test
    void a_limit_that_is_none_is_refused() {
        assertThatThrownBy(() -> packets(0)).hasMessageContaining("packetBytesMax 0");
        assertThatThrownBy(() -> keepAlive(Duration.ofDays(1)))
                .hasMessageContaining("keepAliveMax 86400000");
        assertThatThrownBy(() -> keepAlive(Duration.ofSeconds(4)))
                .hasMessageContaining("keepAliveMax 4000 ms is not in 5000");
    }

    @Test
    void an_enrolment_number_begins_at_one() {
        var key = KeyHash.ofSha256(new byte[32]);

        assertThatThrownBy(() -> entry(0, key)).hasMessageContaining("below 1");
        assertThat(entry(1, key).number()).isEqualTo(1);
    }

    @Test
    void a_key_hash_is_32_bytes() {
        assertThatThrownBy(() -> KeyHash.ofSha256(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(KeyHash.ofSha256(new byte[32]).hex()).isEqualTo("0".repeat(64));
    }

    @Test
    void what_a_peer_wrote_cannot_forge_a_line_of_a_log() {
        var refused =
                new GateEvent.Refused(
                        new Peer("127.0.0.1", 1, "mqtt"),
                        "a\r\nb\u001b[2J\u202e",
                        ReasonCode.NOT_AUTHORIZED,
                        "no",
                        "rule");
        var denied =
                new GateEvent.Denied(
                        new Peer("127.0.0.1", 1, "mqtt"),
                        new Identity.OfTracker(
                                new TrackerId("a", "b"), 1, Method.CERTIFICATE, Instant.MAX),
                        "a.b",
                        Operation.PUBLISH,
                        "x".repeat(1000) + "\n",
                        ReasonCode.NOT_AUTHORIZED,
                        "no",
                        "rule");

        assertThat(refused.clientId()).isEqualTo("a??b?[2J?");
        assertThat(denied.topic()).isEqualTo("x".repeat(128));
    }

    @Test
    void only_codes_of_a_puback_fit_a_puback() {
        assertThat(ReasonCode.PAYLOAD_FORMAT_INVALID.fitsPuback()).isTrue();
        assertThat(ReasonCode.RETAIN_NOT_SUPPORTED.fitsPuback()).isFalse();
        assertThat(ReasonCode.SERVER_BUSY.fitsPuback()).isFalse();
    }

    private static TrackerEntry entry(long number, KeyHash key) {
        return new TrackerEntry(
                number, Standing.ACTIVE, Optional.of(key), Set.of(Method.CERTIFICATE));
    }

    private static Limits.Packets packets(int packetBytesMax) {
        return new Limits.Packets(packetBytesMax, 128, 8, 8, 16, 0, 4, 64);
    }

    private static Limits.Sessions keepAlive(Duration max) {
        return new Limits.Sessions(Duration.ofSeconds(5), max, Duration.ofDays(1), 10, 10, 10, 10);
    }
}
