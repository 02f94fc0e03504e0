package io.outrider.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TopicFilterTest {
    private static final List<String> NAMES = List.of("a", "", "$s", "zz");
    private static final List<String> TOPICS = texts(NAMES, 5);
    private static final Map<String, Pattern> PATTERNS = new HashMap<>();
    private static final List<TopicFilter> FILTERS =
            texts(List.of("a", "", "$s", "+", "#"), 4).stream()
                    .flatMap(text -> TopicFilter.parse(text).stream())
                    .toList();

    @Test
    void a_wildcard_out_of_its_place_is_no_filter() {
        for (String text :
                List.of(
                        "", "a#", "#a", "a/#/b", "##", "a/##", "a+", "+a", "a/+b", "++",
                        "a/b+/c")) {
            assertThat(TopicFilter.parse(text)).as(text).isEmpty();
        }
        for (String text : List.of("/", "//", "#", "+", "a/#", "+/+", "a/+/#", "/#", " ", "$a/#")) {
            assertThat(TopicFilter.parse(text).map(TopicFilter::toString)).contains(text);
        }
    }

    @Test
    void characters_that_a_text_may_not_have_are_refused_and_their_neighbours_taken() {
        for (int bad :
                new int[] {
                    0x00, 0x01, 0x0a, 0x1f, 0x7f, 0x80, 0x9f, 0xd800, 0xdfff, 0xfdd0, 0xfdef,
                    0xfffe, 0xffff, 0x1fffe, 0x1ffff, 0x10ffff
                }) {
            assertThat(TopicFilter.parse("a/b" + Character.toString(bad)))
                    .as(Integer.toHexString(bad))
                    .isEmpty();
        }
        for (int good :
                new int[] {
                    0x20, 0x7e, 0xa0, 0xd7ff, 0xe000, 0xfdcf, 0xfdf0, 0xfeff, 0xfffd, 0x10000,
                    0x1fffd, 0x10fffd
                }) {
            assertThat(TopicFilter.parse("a/b" + Character.toString(good)))
                    .as(Integer.toHexString(good))
                    .isPresent();
        }
    }

    @Test
    void the_longest_has_65535_bytes() {
        assertThat(TopicFilter.parse("a".repeat(65_535))).isPresent();
        assertThat(TopicFilter.parse("a".repeat(65_536))).isEmpty();
        assertThat(TopicFilter.parse("ä".repeat(32_767) + "a")).isPresent();
        assertThat(TopicFilter.parse("ä".repeat(32_768))).isEmpty();
        assertThat(TopicFilter.parse("/".repeat(65_535))).isPresent();
        assertThat(TopicFilter.parse("/".repeat(65_536))).isEmpty();
    }

    @Test
    void nobody_makes_one_that_is_none() {
        assertThatThrownBy(() -> new TopicFilter(List.of("a", "#", "b")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicFilter(List.of("a/b")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicFilter(List.of("")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicFilter(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_looks_alike_is_not_alike() {
        TopicFilter filter = TopicFilter.parse("café/a/b").orElseThrow();

        assertThat(filter.matches("café/a/b")).isTrue();
        for (String twin :
                List.of(
                        "cafe\u0301/a/b",
                        "CAFÉ/a/b",
                        "café/a%2fb",
                        "café/a/b ",
                        "café/a/b\u200b")) {
            assertThat(filter.matches(twin)).as(twin).isFalse();
        }
    }

    @Test
    void a_filter_matches_what_brute_force_says() {
        for (TopicFilter filter : FILTERS) {
            for (String topic : TOPICS) {
                boolean expected = matches(filter.toString(), topic);
                if (filter.matches(topic) != expected) {
                    throw new AssertionError(
                            "%s matches %s: expected %s".formatted(filter, topic, expected));
                }
            }
        }
    }

    @Test
    void a_filter_covers_another_exactly_where_it_matches_all_that_the_other_does() {
        List<boolean[]> reaches = FILTERS.stream().map(TopicFilterTest::reach).toList();
        for (int wide = 0; wide < FILTERS.size(); wide++) {
            for (int narrow = 0; narrow < FILTERS.size(); narrow++) {
                boolean expected = isSubset(reaches.get(narrow), reaches.get(wide));
                if (FILTERS.get(wide).covers(FILTERS.get(narrow)) != expected) {
                    throw new AssertionError(
                            "%s covers %s: expected %s"
                                    .formatted(FILTERS.get(wide), FILTERS.get(narrow), expected));
                }
            }
        }
        assertThat(FILTERS).hasSizeGreaterThan(300);
    }

    @Test
    void a_wildcard_is_seen_wherever_it_stands() {
        for (TopicFilter filter : FILTERS) {
            String text = filter.toString();
            assertThat(filter.hasWildcard())
                    .as(text)
                    .isEqualTo(text.contains("+") || text.contains("#"));
        }
    }

    private static boolean[] reach(TopicFilter filter) {
        var reach = new boolean[TOPICS.size()];
        for (int i = 0; i < reach.length; i++) {
            reach[i] = matches(filter.toString(), TOPICS.get(i));
        }
        return reach;
    }

    private static boolean isSubset(boolean[] narrow, boolean[] wide) {
        for (int i = 0; i < narrow.length; i++) {
            if (narrow[i] && !wide[i]) {
                return false;
            }
        }
        return true;
    }

    /** MQTT 5, section 4.7, letter by letter: turned into a regular expression. */
    private static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        var pattern = new StringBuilder();
        for (String level : filter.split("/", -1)) {
            String slash = pattern.isEmpty() ? "^" : "/";
            switch (level) {
                case "#" -> pattern.append(slash.equals("^") ? "^.*" : "(/.*)?");
                case "+" -> pattern.append(slash).append("[^/]*");
                default -> pattern.append(slash).append(Pattern.quote(level));
            }
        }
        return PATTERNS.computeIfAbsent(pattern.toString(), Pattern::compile)
                .matcher(topic)
                .matches();
    }

    private static List<String> texts(List<String> names, int depthMax) {
        var all = new ArrayList<String>();
        List<String> longest = List.of();
        for (int depth = 1; depth <= depthMax; depth++) {
            var next = new ArrayList<String>();
            if (depth == 1) {
                next.addAll(names);
            }
            for (String head : longest) {
                names.forEach(name -> next.add(head + "/" + name));
            }
            all.addAll(next);
            longest = next;
        }
        all.removeIf(String::isEmpty);
        return List.copyOf(all);
    }
}
