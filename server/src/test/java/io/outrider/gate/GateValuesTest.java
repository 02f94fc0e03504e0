package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.topic.TrackerId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateValuesTest {
    @Test
    void a_limit_that_is_none_is_refused() {
        assertThatThrownBy(() -> limits(0, Duration.ofMinutes(5)))
                .hasMessageContaining("packetBytesMax 0");
        assertThatThrownBy(() -> limits(1024, Duration.ofDays(1)))
                .hasMessageContaining("keepAliveMax 86400");
        assertThatThrownBy(() -> limits(1024, Duration.ofSeconds(4)))
                .hasMessageContaining("keepAliveMax 4 is not in 5");
    }

    @Test
    void an_enrolment_number_begins_at_one() {
        var key = KeyHash.ofSha256(new byte[32]);

        assertThatThrownBy(() -> new Enrolled(0, key)).hasMessageContaining("below 1");
        assertThat(new Enrolled(1, key).number()).isEqualTo(1);
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
                        "a\r\nb\u001b[2J\u202e", "127.0.0.1", ReasonCode.NOT_AUTHORIZED, "no");
        var denied =
                new GateEvent.Denied(
                        new TrackerId("a", "b"),
                        GateEvent.Operation.PUBLISH,
                        "x".repeat(1000) + "\n",
                        ReasonCode.NOT_AUTHORIZED,
                        "no");

        assertThat(refused.clientId()).isEqualTo("a??b?[2J?");
        assertThat(denied.topic()).isEqualTo("x".repeat(128));
    }

    @Test
    void only_codes_of_a_puback_fit_a_puback() {
        assertThat(ReasonCode.PAYLOAD_FORMAT_INVALID.fitsPuback()).isTrue();
        assertThat(ReasonCode.RETAIN_NOT_SUPPORTED.fitsPuback()).isFalse();
        assertThat(ReasonCode.SERVER_BUSY.fitsPuback()).isFalse();
    }

    private static Limits limits(int packetBytesMax, Duration keepAliveMax) {
        var d = Limits.DEFAULT;
        return new Limits(
                packetBytesMax,
                d.topicBytesMax(),
                d.topicLevelsMax(),
                d.filtersMax(),
                d.userPropertiesMax(),
                Math.min(d.userPropertyBytesMax(), packetBytesMax),
                d.keepAliveMin(),
                keepAliveMax,
                d.sessionExpiryMax(),
                d.receiveMax(),
                d.topicAliasesMax(),
                d.downQueueMax(),
                d.connectionsMax(),
                d.handshakeTimeMax(),
                d.connectTimeMax(),
                d.outcomeTimeMax(),
                d.withheldTime());
    }
}
