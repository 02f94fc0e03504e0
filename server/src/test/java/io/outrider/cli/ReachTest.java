package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.topic.TopicFilter;
import org.junit.jupiter.api.Test;

class ReachTest {
    @Test
    void what_takes_in_every_tracker_is_seen_however_it_is_spelt() {
        for (String filter :
                new String[] {
                    "#", "+/#", "o1/#", "+/+/+/+", "o1/+/+/report", "o1/+/#", "o1/+/+/#"
                }) {
            assertThat(subscribe(filter)).as(filter).contains("of every tracker of every fleet");
        }
        assertThat(subscribe("o1/+/+/report")).contains(": report of every");
        assertThat(subscribe("#")).contains(": epoch, report, down, feed of every");
    }

    @Test
    void what_takes_in_one_fleet_names_it() {
        for (String filter :
                new String[] {"o1/acme/#", "o1/acme/+/down", "+/acme/+/+", "o1/acme/+/#"}) {
            assertThat(subscribe(filter)).as(filter).contains("of every tracker of fleet acme");
        }
    }

    @Test
    void single_trackers_and_other_topics_reach_no_fleet() {
        for (String filter :
                new String[] {
                    "o1/acme/truck-1/#",
                    "o1/acme/truck-1/report",
                    "o1/+/truck-1/report",
                    "o1/acme/+",
                    "o1/acme/+/report/x",
                    "o1/acme/+/Report",
                    "site/#",
                    "+/+/+",
                    "o1",
                    "$SYS/#",
                    "o2/+/+/report"
                }) {
            assertThat(Reach.of(grant(Operation.SUBSCRIBE, filter))).as(filter).isEmpty();
        }
    }

    @Test
    void to_publish_reaches_only_where_anybody_may() {
        assertThat(Reach.of(grant(Operation.PUBLISH, "o1/+/+/report"))).isEmpty();
        assertThat(Reach.of(grant(Operation.PUBLISH, "o1/acme/+/epoch"))).isEmpty();
        assertThat(Reach.of(grant(Operation.PUBLISH, "#")).orElseThrow().toString())
                .contains(": down, feed of every tracker of every fleet");
        assertThat(Reach.of(grant(Operation.PUBLISH, "o1/acme/+/down")).orElseThrow().toString())
                .contains(": down of every tracker of fleet acme");
    }

    @Test
    void whatever_matches_one_topic_of_one_tracker_touches_them() {
        for (String filter :
                new String[] {
                    "#",
                    "+/#",
                    "o1/#",
                    "o1/acme/#",
                    "o1/acme/truck-1/#",
                    "o1/acme/truck-1/report",
                    "o1/acme/truck-1/report/#",
                    "+/+/truck-1/+"
                }) {
            assertThat(touches(filter)).as(filter).isTrue();
        }
        for (String filter :
                new String[] {
                    "o1",
                    "o1/+/+",
                    "o1/ACME/#",
                    "o1/+/+/x",
                    "o1/acme/truck-1/report/+",
                    "o1/acme/truck-1/report/x/#",
                    "site/#",
                    "$SYS/#"
                }) {
            assertThat(touches(filter)).as(filter).isFalse();
        }
    }

    private static boolean touches(String filter) {
        return Reach.touchesTrackers(TopicFilter.parse(filter).orElseThrow());
    }

    private static String subscribe(String filter) {
        return Reach.of(grant(Operation.SUBSCRIBE, filter)).map(Reach::toString).orElse("");
    }

    private static Grant grant(Operation operation, String filter) {
        return new Grant(operation, TopicFilter.parse(filter).orElseThrow());
    }
}
