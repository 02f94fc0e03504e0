package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.gate.ConnectRequest.Will;
import io.outrider.topic.TopicFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client with some rights tries in order to have more of them. */
class GateAttackTest {
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

    private final TestDirectory directory = new TestDirectory();
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> NOW);
    private final Identity lake = identity(Optional.empty());

    @BeforeEach
    void add() {
        give(3, grant("may-publish #"), grant("may-subscribe #"));
    }

    @Test
    void no_grant_lets_a_client_speak_for_a_tracker() {
        for (String filter : List.of("#", "o1/#", "o1/+/+/report", "o1/acme/truck-1/report")) {
            give(3, grant("may-publish " + filter));
            assertThat(publish("o1/acme/truck-1/report")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(publish("o1/acme/truck-1/epoch")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void nothing_can_be_published_that_looks_like_a_trackers_topic() {
        for (String twin :
                List.of(
                        "o1",
                        "o1/",
                        "o1/acme",
                        "o1/acme/TRUCK-1/report",
                        "o1/acme/truck-1/report/",
                        "o1/acme/truck-1/report/x",
                        "o1/acme/truck-1/Report",
                        "o1/acme/truck-1/report ",
                        "o1/acme/truck%2d1/report",
                        "o1/acme/tru\u0441k-1/report",
                        "o1//truck-1/report",
                        "o1/acme/truck-1/down\u200b")) {
            assertThat(publish(twin)).as(twin).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(publish("o1/acme/truck-1/down")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(publish("o1x/acme/truck-1/report")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void nothing_is_retained_on_a_trackers_topic_where_its_successor_would_find_it() {
        assertThat(publish("o1/acme/truck-1/down", true))
                .isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
        assertThat(publish("site/gate", true)).isEqualTo(ReasonCode.SUCCESS);
    }

    /** CVE-2018-12543, and Mosquitto 2.0.16 for the will. */
    @Test
    void nobody_publishes_where_the_server_speaks() {
        give(3, grant("may-publish #"), grant("may-publish $SYS/#"), grant("may-publish $x"));
        for (String topic : List.of("$SYS/broker", "$", "$x", "$CONTROL/acl", "$share/g/a")) {
            assertThat(publish(topic)).as(topic).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(code(gate.will(lake, new Will(topic, 1, false))))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void a_wildcard_grant_does_not_reach_what_begins_with_a_dollar() {
        assertThat(subscribe("$SYS/#")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("$share/g/$SYS/#")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("$queue/a")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("$exclusive/a")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscribe("$delayed/1/a")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        give(3, grant("may-subscribe $SYS/#"));
        assertThat(subscribe("$SYS/broker/version")).isEqualTo(ReasonCode.SUCCESS);
    }

    /** Moquette issue 958, and its pull request 919. */
    @Test
    void a_malformed_share_is_no_filter() {
        for (String filter :
                List.of(
                        "$share",
                        "$share/",
                        "$share//a",
                        "$share/g",
                        "$share/g/",
                        "$share/+/a",
                        "$share/#/a",
                        "$share/g#/a",
                        "$share/g/a#",
                        "$share/g\u0001/a",
                        "$share/g/#/a")) {
            assertThat(subscribe(filter)).as(filter).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        }
        assertThat(subscribe("$share/g//")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(subscribe("$share/a b/+/c")).isEqualTo(ReasonCode.SUCCESS);
    }

    /** CVE-2017-7653. */
    @Test
    void characters_that_break_others_are_refused_in_every_topic() {
        for (String bad :
                List.of("\u0000", "\u0001", "\n", "\u007f", "\u0085", "\ud800", "\ufffe")) {
            assertThat(publish("a/" + bad)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            assertThat(subscribe("a/" + bad)).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
            assertThat(code(gate.will(lake, new Will("a/" + bad, 0, false))))
                    .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        }
        assertThat(publish("Straße/日本/🚚")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void what_a_peer_spells_reaches_a_reason_in_printable_ascii_only() {
        give(3);
        Decision decision = gate.subscribe(lake, new SubscribeRequest("a\u202e日", 1));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Deny.class,
                        denied -> assertThat(denied.reason()).isEqualTo("no grant covers a??"));
    }

    /** Mosquitto 2.0.20. */
    @Test
    void a_response_topic_is_a_topic_that_the_asker_may_hear() {
        give(3, grant("may-publish a"), grant("may-subscribe b/+"));
        assertThat(ask("b/1")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(ask("b/+")).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(ask("#")).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(ask("")).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(ask("c")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(ask("$share/g/b/1")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    /** Moquette issue 689, mochi issue 503. */
    @Test
    void a_will_is_decided_as_the_publish_that_it_becomes_and_once_more_at_its_time() {
        var will = new Will("site/offline", 1, true, Optional.of("answers"), 0, 0);
        var elsewhere = new Will("site/offline", 1, true, Optional.of("others"), 0, 0);
        give(3, grant("may-publish site/#"), grant("may-subscribe answers"));

        assertThat(code(gate.will(lake, will))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(code(gate.will(lake, elsewhere))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        give(3, grant("may-subscribe answers"));
        assertThat(code(gate.will(lake, will))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        give(4, grant("may-publish site/#"), grant("may-subscribe answers"));
        assertThat(code(gate.will(lake, will)))
                .as("of a predecessor")
                .isNotEqualTo(ReasonCode.SUCCESS);
        directory.clients.clear();
        assertThat(code(gate.will(lake, will))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void a_will_with_too_many_user_properties_is_refused() {
        assertThat(code(gate.will(lake, new Will("a", 0, false, Optional.empty(), 16, 2048))))
                .isEqualTo(ReasonCode.SUCCESS);
        assertThat(code(gate.will(lake, new Will("a", 0, false, Optional.empty(), 17, 0))))
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void a_right_that_was_taken_back_is_gone_at_the_next_request() {
        assertThat(publish("a")).isEqualTo(ReasonCode.SUCCESS);
        give(3, grant("may-subscribe #"));
        assertThat(publish("a")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        directory.clients.put(
                "lake",
                new ClientEntry(
                        3,
                        Optional.empty(),
                        Set.of(Method.CERTIFICATE),
                        List.of(grant("may-subscribe #"))));
        assertThat(subscribe("a")).as("its method is gone").isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void a_shared_filter_may_be_as_deep_as_one_alone() {
        String deepest = "/".repeat(15);
        assertThat(subscribe(deepest)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(subscribe("$share/g/" + deepest)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(subscribe(deepest + "/")).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(subscribe("$share/g/" + deepest + "/"))
                .isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void a_grant_names_itself_as_the_rule() {
        give(3, grant("may-subscribe a/b"), grant("may-subscribe a/#"));
        assertThat(gate.subscribe(lake, new SubscribeRequest("a/+", 0)).rule())
                .isEqualTo("may-subscribe a/#");
        assertThat(gate.subscribe(lake, new SubscribeRequest("b", 0)).rule())
                .isEqualTo("deny by default");
    }

    private static Identity identity(Optional<List<Grant>> scopes) {
        return new Identity.OfClient("lake", 3, Method.PASSWORD, Instant.MAX, scopes);
    }

    private void give(long number, Grant... grants) {
        directory.clients.put(
                "lake",
                new ClientEntry(
                        number,
                        Optional.empty(),
                        Set.of(Method.PASSWORD),
                        new ArrayList<>(List.of(grants))));
    }

    private static Grant grant(String text) {
        String[] words = text.split(" ", 2);
        return new Grant(
                words[0].equals("may-publish") ? Operation.PUBLISH : Operation.SUBSCRIBE,
                TopicFilter.parse(words[1]).orElseThrow());
    }

    private ReasonCode publish(String topic) {
        return publish(topic, false);
    }

    private ReasonCode publish(String topic, boolean retain) {
        return code(
                gate.publish(lake, new PublishRequest(topic, 1, retain, Optional.empty(), 0, 0)));
    }

    private ReasonCode ask(String responseTopic) {
        return code(
                gate.publish(
                        lake, new PublishRequest("a", 1, false, Optional.of(responseTopic), 0, 0)));
    }

    private ReasonCode subscribe(String filter) {
        return code(gate.subscribe(lake, new SubscribeRequest(filter, 1)));
    }

    private static ReasonCode code(Decision decision) {
        return switch (decision) {
            case Decision.Allow _ -> ReasonCode.SUCCESS;
            case Decision.Deny(var code, _, _) -> code;
        };
    }
}
