package io.outrider.gate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * MQTT's words on topics (MQTT 5, sections 4.7 and 4.8.2), followed as slowly and plainly as can
 * be: a filter is the set of those topics of a small world that it matches. Uses nothing of the
 * code under test.
 */
final class NaiveTopics {
    /** What topics are made of here; "zz" stands for whatever no grant names. */
    private static final List<String> NAMES = List.of("o1", "a", "report", "down", "", "$x", "zz");

    /** Every topic of one to four levels. */
    static final List<String> WORLD = ofLevels(NAMES, 4);

    private static final List<List<String>> WORLD_LEVELS =
            WORLD.stream().map(topic -> List.of(topic.split("/", -1))).toList();

    private NaiveTopics() {}

    /** Every text of one to so many levels, except the empty one. */
    static List<String> ofLevels(List<String> names, int depthMax) {
        var all = new ArrayList<String>();
        List<String> longest = List.of("");
        for (int depth = 1; depth <= depthMax; depth++) {
            var next = new ArrayList<String>();
            for (String head : longest) {
                for (String name : names) {
                    next.add(depth == 1 ? name : head + "/" + name);
                }
            }
            all.addAll(next);
            longest = next;
        }
        all.removeIf(String::isEmpty);
        return List.copyOf(all);
    }

    /** Which topics of the world a filter matches, by their place in it. */
    static BitSet reach(String filter) {
        List<String> levels = List.of(filter.split("/", -1));
        var set = new BitSet(WORLD.size());
        for (int i = 0; i < WORLD.size(); i++) {
            set.set(i, isReached(levels, WORLD_LEVELS.get(i)));
        }
        return set;
    }

    static boolean isSubset(BitSet narrow, BitSet wide) {
        var outside = (BitSet) narrow.clone();
        outside.andNot(wide);
        return outside.isEmpty();
    }

    static boolean matches(String filter, String topic) {
        return isReached(List.of(filter.split("/", -1)), List.of(topic.split("/", -1)));
    }

    /** "A Topic Filter that starts with a wildcard does not match a Topic that starts with $." */
    private static boolean isReached(List<String> filter, List<String> topic) {
        boolean startsWild = List.of("+", "#").contains(filter.getFirst());
        return !(startsWild && topic.getFirst().startsWith("$")) && matches(filter, topic);
    }

    private static boolean matches(List<String> filter, List<String> topic) {
        if (filter.equals(List.of("#"))) {
            return true; // "sport/#" matches the singular "sport", too
        }
        if (filter.isEmpty() || topic.isEmpty()) {
            return filter.isEmpty() && topic.isEmpty();
        }
        String head = filter.getFirst();
        return (head.equals("+") || head.equals(topic.getFirst()))
                && matches(filter.subList(1, filter.size()), topic.subList(1, topic.size()));
    }

    /** "The multi-level wildcard must be the last character, … on its own or after a separator." */
    static boolean isFilter(String text) {
        if (text.isEmpty()) {
            return false;
        }
        String[] levels = text.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            boolean hasWildcard = levels[i].contains("+") || levels[i].contains("#");
            boolean isAlone = levels[i].length() == 1;
            boolean isEarly = levels[i].equals("#") && i + 1 < levels.length;
            if ((hasWildcard && !isAlone) || isEarly) {
                return false;
            }
        }
        return true;
    }

    static boolean isName(String text) {
        return !text.isEmpty() && !text.contains("+") && !text.contains("#");
    }
}
