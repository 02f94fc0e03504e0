package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GateTopicTest {
    private static final String REPORT = "o1/acme/truck-1/report";
    private static final String DOWN = "o1/acme/truck-1/down";

    private final Identity truck =
            new Identity.OfTracker(
                    new TrackerId("acme", "truck-1"), 1, Method.CERTIFICATE, Instant.MAX);
    private final TestDirectory directory = new TestDirectory();
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> Instant.EPOCH);

    @BeforeEach
    void enrol() {
        directory.enrol(new TrackerId("acme", "truck-1"), 1, KeyHash.ofSha256(new byte[32]));
    }

    @Test
    void each_refusal_of_a_publish_has_its_code() {
        assertThat(publish("o1/acme/truck-2/report")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish("o1/other/truck-1/report")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish(DOWN)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish("$SYS/broker")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish("")).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(publish(REPORT, 0, false)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish(REPORT, 2, false)).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        assertThat(publish(REPORT, 1, true)).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
        assertThat(publish(REPORT)).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void each_refusal_of_a_filter_has_its_code() {
        assertThat(subscribe("#")).isEqualTo(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
        assertThat(subscribe("o1/acme/+/down"))
                .isEqualTo(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
        assertThat(subscribe("$share/g/" + DOWN))
                .isEqualTo(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
        assertThat(subscribe("$share/g/#"))
                .isEqualTo(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED);
        assertThat(subscribe("$SYS/broker/version")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("o1/acme/truck-2/down")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe(REPORT)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("")).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(subscribe(DOWN)).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void a_topic_has_a_longest_length_and_a_greatest_depth() {
        // On this side of the limit the topic is merely not one of its own.
        assertThat(publish("a".repeat(256))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish("a".repeat(257))).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(publish("ä".repeat(129))).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(publish("/".repeat(15))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish("/".repeat(16))).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(subscribe("a".repeat(257))).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(subscribe("/".repeat(16))).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void user_properties_have_a_greatest_number_and_size() {
        assertThat(publish(request(16, 2048))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(publish(request(17, 2048))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(publish(request(16, 2049))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void a_response_topic_is_one_that_could_be_subscribed_to() {
        assertThat(publish(response(DOWN))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(publish(response("o1/acme/truck-2/down"))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(publish(response("#"))).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(publish(response(""))).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(publish(response("$share/g/" + DOWN))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void who_has_gone_or_was_cut_off_may_nothing_any_more() {
        var id = new TrackerId("acme", "truck-1");
        for (Standing standing : List.of(Standing.QUARANTINED, Standing.REVOKED)) {
            directory.trackers.put(
                    id,
                    new TrackerEntry(1, standing, Optional.empty(), Set.of(Method.CERTIFICATE)));
            assertThat(publish(REPORT)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(subscribe(DOWN)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        directory.trackers.put(
                id, new TrackerEntry(1, Standing.ACTIVE, Optional.empty(), Set.of(Method.TOKEN)));
        assertThat(publish(REPORT)).as("its method is gone").isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe(DOWN)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        directory.enrol(id, 2, KeyHash.ofSha256(new byte[32]));
        assertThat(publish(REPORT)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe(DOWN)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        directory.trackers.clear();
        assertThat(publish(REPORT)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void a_malformed_filter_is_one_whoever_sends_it() {
        for (String filter :
                List.of("$share", "$share/", "$share/g", "$share/g/", "$share//" + DOWN, "a#")) {
            assertThat(subscribe(filter)).as(filter).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        }
    }

    private ReasonCode publish(String topic) {
        return publish(topic, 1, false);
    }

    private ReasonCode publish(String topic, int qos, boolean retain) {
        return publish(new PublishRequest(topic, qos, retain, Optional.empty(), 0, 0));
    }

    private ReasonCode publish(PublishRequest request) {
        return code(gate.publish(truck, request));
    }

    private ReasonCode subscribe(String filter) {
        return code(gate.subscribe(truck, new SubscribeRequest(filter, 1)));
    }

    private static PublishRequest request(int properties, int bytes) {
        return new PublishRequest(REPORT, 1, false, Optional.empty(), properties, bytes);
    }

    private static PublishRequest response(String topic) {
        return new PublishRequest(REPORT, 1, false, Optional.of(topic), 0, 0);
    }

    private static ReasonCode code(Decision decision) {
        return switch (decision) {
            case Decision.Allow _ -> ReasonCode.SUCCESS;
            case Decision.Deny(var code, _, _) -> code;
        };
    }
}
