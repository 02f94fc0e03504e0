package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The decisions on trackers' topics beside an oracle that knows them as a list: what each tracker
 * may do is written out, and everything else that can be spelt with a small alphabet must be
 * refused.
 */
class GateTrackerOracleTest {
    private static final List<String> LEVELS =
            List.of(
                    "o1", "a", "b", "x", "epoch", "report", "down", "feed", "", "+", "#", "$share",
                    "$SYS");
    private static final List<TrackerId> TRACKERS =
            List.of(new TrackerId("a", "x"), new TrackerId("b", "x"), new TrackerId("x", "a"));

    private final TestDirectory directory = new TestDirectory();
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> Instant.EPOCH);

    @Test
    void each_tracker_operation_and_topic_is_decided_as_the_oracle_does() {
        List<String> topics = topics();
        var allowed = new TreeSet<String>();
        for (TrackerId tracker : TRACKERS) {
            directory.enrol(tracker, 1, KeyHash.ofSha256(new byte[32]));
            var identity = new Identity.OfTracker(tracker, 1, Method.CERTIFICATE, Instant.MAX);
            for (String topic : topics) {
                for (int qos = 0; qos <= 2; qos++) {
                    for (boolean retain : new boolean[] {false, true}) {
                        var publish =
                                new PublishRequest(topic, qos, retain, Optional.empty(), 0, 0);
                        if (gate.publish(identity, publish) instanceof Decision.Allow) {
                            allowed.add(
                                    tracker
                                            + " publish "
                                            + qos
                                            + (retain ? " retained " : " ")
                                            + topic);
                        }
                    }
                }
                if (gate.subscribe(identity, new SubscribeRequest(topic, 1))
                        instanceof Decision.Allow) {
                    allowed.add(tracker + " subscribe " + topic);
                }
                if (gate.will(identity, new ConnectRequest.Will(topic, 1, false))
                        instanceof Decision.Allow) {
                    allowed.add(tracker + " will " + topic);
                }
            }
        }

        assertThat(topics).hasSizeGreaterThan(30_000);
        assertThat(allowed).isEqualTo(oracle());
    }

    /** Nothing of the code under test is used here, nor its idea of a topic. */
    private static Set<String> oracle() {
        return new TreeSet<>(
                List.of(
                        "a.x publish 1 o1/a/x/epoch",
                        "a.x publish 1 o1/a/x/report",
                        "a.x subscribe o1/a/x/down",
                        "a.x subscribe o1/a/x/feed",
                        "b.x publish 1 o1/b/x/epoch",
                        "b.x publish 1 o1/b/x/report",
                        "b.x subscribe o1/b/x/down",
                        "b.x subscribe o1/b/x/feed",
                        "x.a publish 1 o1/x/a/epoch",
                        "x.a publish 1 o1/x/a/report",
                        "x.a subscribe o1/x/a/down",
                        "x.a subscribe o1/x/a/feed"));
    }

    /** All of one to four levels, and right topics with something before or behind them. */
    private static List<String> topics() {
        var topics = new ArrayList<String>(LEVELS);
        for (int from = 0, depth = 2; depth <= 4; depth++) {
            int until = topics.size();
            for (int i = from; i < until; i++) {
                for (String level : LEVELS) {
                    topics.add(topics.get(i) + "/" + level);
                }
            }
            from = until;
        }
        for (String channel : List.of("epoch", "report", "down", "feed")) {
            String own = "o1/a/x/" + channel;
            topics.addAll(
                    List.of(
                            own + "/",
                            "/" + own,
                            own + "/#",
                            own + "/x",
                            own + " ",
                            own + "\u0000",
                            own + "\n",
                            "$share/a/" + own,
                            "$share//" + own,
                            "$queue/" + own,
                            "$exclusive/" + own,
                            own.toUpperCase(Locale.ROOT)));
        }
        return topics;
    }
}
