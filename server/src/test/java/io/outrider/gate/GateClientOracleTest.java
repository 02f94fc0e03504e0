package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.topic.TopicFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decisions on clients' topics beside an oracle that compares sets of topics: for each set of
 * grants everything that can be spelt with a small alphabet, asked in every way.
 */
class GateClientOracleTest {
    private static final List<String> LEVELS =
            List.of("o1", "a", "report", "down", "", "$x", "+", "#", "a+");
    private static final List<String> TEXTS = texts();
    private static final Map<String, BitSet> REACHES = new HashMap<>();
    private static final int PAIRS = 200_000;

    /** What somebody was given, and what of it their token still has. */
    record Rights(String name, List<String> grants, Optional<List<String>> scopes) {
        static Rights of(String name, String... grants) {
            return new Rights(name, List.of(grants), Optional.empty());
        }

        Rights butOnly(String... scopes) {
            return new Rights(name, grants, Optional.of(List.of(scopes)));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Rights> rights() {
        return Stream.of(
                Rights.of("none"),
                Rights.of("literal", "a/a", "/a"),
                Rights.of("one level", "+"),
                Rights.of("everything", "#"),
                Rights.of("everything spelt otherwise", "+/#"),
                Rights.of("below a", "a/#"),
                Rights.of("a and all below but not in one", "a", "a/+/#"),
                Rights.of("overlapping", "a/+", "+/a", "a/+/report/#", "a/a/report/down"),
                Rights.of("trackers", "o1/#"),
                Rights.of("one channel", "o1/+/+/report", "o1/a/+/down"),
                Rights.of("dollar", "$x/#", "$share/a/a"),
                Rights.of("narrowed to nothing", "#").butOnly(),
                Rights.of("narrowed", "#", "$x/a").butOnly("a/+", "o1/a/a/#", "$x/#"),
                Rights.of("narrowed across", "a/+").butOnly("+/a"),
                Rights.of("not widened", "a/a").butOnly("#"));
    }

    @ParameterizedTest
    @MethodSource("rights")
    void each_subscription_is_decided_as_the_oracle_does(Rights rights) {
        var client = new Client(rights.grants, rights.scopes);
        for (String text : TEXTS) {
            assertThat(client.maySubscribe(text))
                    .as(text)
                    .isEqualTo(oracleSubscribes(rights, text));
        }
    }

    @ParameterizedTest
    @MethodSource("rights")
    void each_publish_and_each_will_is_decided_as_the_oracle_does(Rights rights) {
        var client = new Client(rights.grants, rights.scopes);
        for (String text : TEXTS) {
            for (int qos = 0; qos <= 2; qos++) {
                for (boolean retain : new boolean[] {false, true}) {
                    boolean expected = oraclePublishes(rights, text, retain);
                    assertThat(client.mayPublish(text, qos, retain))
                            .as(text + " " + qos + " " + retain)
                            .isEqualTo(expected);
                    assertThat(client.mayLeave(text, qos, retain)).as(text).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rights")
    void a_response_topic_is_what_the_oracle_says_could_be_heard(Rights rights) {
        var client = new Client(List.of("#"), Optional.empty());
        var asker = new Client(rights.grants, rights.scopes);
        String allowed = "a/a";
        for (String text : TEXTS) {
            boolean isHearable =
                    NaiveTopics.isName(text)
                            && !text.startsWith("$")
                            && oracleSubscribes(rights, text);
            assertThat(asker.mayAsk(allowed, text))
                    .as(text)
                    .isEqualTo(isHearable && oraclePublishes(rights, allowed, false));
        }
        assertThat(client.mayAsk(allowed, "zz/answers")).isTrue();
    }

    @ParameterizedTest
    @MethodSource("rights")
    void sharing_changes_nothing_and_a_narrower_filter_is_never_barred_alone(Rights rights) {
        var client = new Client(rights.grants, rights.scopes);
        var random = new Random(7);
        for (String text : TEXTS) {
            boolean isShared = text.equals("$share") || text.startsWith("$share/");
            if (!isShared) {
                assertThat(client.maySubscribe("$share/group/" + text))
                        .as(text)
                        .isEqualTo(client.maySubscribe(text));
            }
        }
        List<String> filters = TEXTS.stream().filter(NaiveTopics::isFilter).toList();
        List<String> allowed =
                filters.stream()
                        .filter(filter -> !filter.startsWith("$share"))
                        .filter(client::maySubscribe)
                        .toList();
        for (int i = 0; i < PAIRS && !allowed.isEmpty(); i++) {
            String wide = allowed.get(random.nextInt(allowed.size()));
            String narrow = filters.get(random.nextInt(filters.size()));
            if (!narrow.startsWith("$share") && NaiveTopics.isSubset(reach(narrow), reach(wide))) {
                assertThat(client.maySubscribe(narrow)).as(narrow + " in " + wide).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rights")
    void one_more_grant_takes_nothing_away_and_one_more_token_gives_nothing(Rights rights) {
        var before = new Client(rights.grants, rights.scopes);
        var richer = new ArrayList<>(rights.grants);
        richer.add("a/+/down");
        var after = new Client(richer, rights.scopes);
        var narrowed = new Client(rights.grants, Optional.of(List.of("a/+/#", "o1/+/+/down")));
        for (String text : TEXTS) {
            if (before.maySubscribe(text)) {
                assertThat(after.maySubscribe(text)).as(text).isTrue();
            }
            if (rights.scopes.isEmpty() && narrowed.mayPublish(text, 0, false)) {
                assertThat(before.mayPublish(text, 0, false)).as(text).isTrue();
            }
        }
    }

    /** "One grant must reach everything that the filter reaches, and so must one scope." */
    private static boolean oracleSubscribes(Rights rights, String text) {
        String filter = text;
        if (text.equals("$share") || text.startsWith("$share/")) {
            String[] parts = text.split("/", 3);
            if (parts.length < 3 || parts[1].isEmpty() || !NaiveTopics.isName(parts[1])) {
                return false;
            }
            filter = parts[2];
        }
        if (!NaiveTopics.isFilter(filter)) {
            return false;
        }
        BitSet wanted = reach(filter);
        assertThat(wanted.isEmpty()).as(filter).isFalse();
        return rights.grants.stream().anyMatch(grant -> isWithin(wanted, grant))
                && rights.scopes
                        .map(scopes -> scopes.stream().anyMatch(s -> isWithin(wanted, s)))
                        .orElse(true);
    }

    private static boolean isWithin(BitSet wanted, String grant) {
        return NaiveTopics.isSubset(wanted, reach(grant));
    }

    /**
     * "Nobody publishes to $…; below o1 exist the trackers' topics alone, of which a client may
     * reach those that lead to the tracker, retaining nothing there."
     */
    private static boolean oraclePublishes(Rights rights, String topic, boolean retain) {
        if (!NaiveTopics.isName(topic) || topic.startsWith("$")) {
            return false;
        }
        String[] levels = topic.split("/", -1);
        if (levels[0].equals("o1")) {
            boolean leadsToATracker =
                    levels.length == 4
                            && levels[1].matches("[a-z0-9-]{1,32}")
                            && levels[2].matches("[a-z0-9-]{1,32}")
                            && Set.of("down", "feed").contains(levels[3]);
            if (!leadsToATracker || retain) {
                return false;
            }
        }
        return rights.grants.stream().anyMatch(grant -> NaiveTopics.matches(grant, topic))
                && rights.scopes
                        .map(scopes -> scopes.stream().anyMatch(s -> NaiveTopics.matches(s, topic)))
                        .orElse(true);
    }

    /** All of one to four levels, and what asks to share and what only looks like it. */
    private static List<String> texts() {
        var texts = new ArrayList<>(NaiveTopics.ofLevels(LEVELS, 4));
        texts.addAll(List.of("$share", "$share/", "$share/a/", "$share//"));
        for (String text : NaiveTopics.ofLevels(LEVELS, 2)) {
            for (String before : List.of("$share/", "$share/g/", "$share//", "$share/g+/")) {
                texts.add(before + text);
            }
        }
        return List.copyOf(texts);
    }

    private static BitSet reach(String filter) {
        return REACHES.computeIfAbsent(filter, NaiveTopics::reach);
    }

    /** A client at a gate of its own. */
    private static final class Client {
        private final Gate gate;
        private final Identity identity;

        Client(List<String> filters, Optional<List<String>> scopes) {
            var directory = new TestDirectory();
            directory.clients.put(
                    "lake",
                    new ClientEntry(3, Optional.empty(), Set.of(Method.TOKEN), both(filters)));
            gate =
                    new Gate(
                            TestAuthority.INSTALLATION,
                            Limits.DEFAULT,
                            directory,
                            () -> Instant.EPOCH);
            identity =
                    new Identity.OfClient(
                            "lake",
                            3,
                            Method.TOKEN,
                            Instant.MAX,
                            scopes.map(GateClientOracleTest::both));
        }

        boolean maySubscribe(String filter) {
            return isAllowed(gate.subscribe(identity, new SubscribeRequest(filter, 1)));
        }

        boolean mayPublish(String topic, int qos, boolean retain) {
            return isAllowed(
                    gate.publish(
                            identity,
                            new PublishRequest(topic, qos, retain, Optional.empty(), 0, 0)));
        }

        boolean mayLeave(String topic, int qos, boolean retain) {
            return isAllowed(gate.will(identity, new ConnectRequest.Will(topic, qos, retain)));
        }

        boolean mayAsk(String topic, String responseTopic) {
            return isAllowed(
                    gate.publish(
                            identity,
                            new PublishRequest(topic, 1, false, Optional.of(responseTopic), 0, 0)));
        }

        private static boolean isAllowed(Decision decision) {
            return decision instanceof Decision.Allow;
        }
    }

    private static List<Grant> both(List<String> filters) {
        var grants = new ArrayList<Grant>();
        for (String filter : filters) {
            for (Operation operation : Operation.values()) {
                grants.add(new Grant(operation, TopicFilter.parse(filter).orElseThrow()));
            }
        }
        return grants;
    }
}
