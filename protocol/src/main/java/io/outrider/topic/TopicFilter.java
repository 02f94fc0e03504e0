package io.outrider.topic;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A topic filter (MQTT 5, section 4.7) without a shared subscription's {@code $share/GROUP/}.
 * Whoever holds one holds a well-formed one.
 *
 * @param levels of the filter: {@code +} alone for any one level, {@code #} alone and last for any
 *     number of levels, the parent included
 */
public record TopicFilter(List<String> levels) {
    private static final int BYTES_MAX = 65_535;

    public TopicFilter {
        levels = List.copyOf(levels);
        if (!isWellFormed(levels)) {
            throw new IllegalArgumentException("not a topic filter: " + String.join("/", levels));
        }
    }

    /** Empty where the text is no filter: empty, with NUL, or with a wildcard out of its place. */
    public static Optional<TopicFilter> parse(String text) {
        if (text.isEmpty() || text.length() > BYTES_MAX) {
            return Optional.empty();
        }
        List<String> levels = Arrays.asList(text.split("/", -1));
        return isWellFormed(levels) ? Optional.of(new TopicFilter(levels)) : Optional.empty();
    }

    /**
     * Whether a message under this topic reaches whoever subscribes with this filter. A leading
     * wildcard does not reach topics that begin with {@code $} (section 4.7.2).
     *
     * @param topic a topic name, without wildcards
     */
    public boolean matches(String topic) {
        List<String> names = Arrays.asList(topic.split("/", -1));
        if (isWild(levels.getFirst()) && names.getFirst().startsWith("$")) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.equals("#")) {
                return true; // at the end of the names, too: "a/#" reaches "a"
            }
            if (i == names.size() || !(level.equals("+") || level.equals(names.get(i)))) {
                return false;
            }
        }
        return names.size() == levels.size();
    }

    /** Whether every topic that the other filter matches is matched by this one. */
    public boolean covers(TopicFilter other) {
        List<String> theirs = other.levels;
        if (isWild(levels.getFirst()) && theirs.getFirst().startsWith("$")) {
            return false;
        }
        if (theirs.equals(List.of("#")) && levels.equals(List.of("+", "#"))) {
            return true; // two spellings of the same set
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.equals("#")) {
                return true;
            }
            if (i == theirs.size() || theirs.get(i).equals("#")) {
                return false;
            }
            if (!level.equals("+") && !level.equals(theirs.get(i))) {
                return false;
            }
        }
        return theirs.size() == levels.size();
    }

    @Override
    public String toString() {
        return String.join("/", levels);
    }

    private static boolean isWild(String level) {
        return level.equals("+") || level.equals("#");
    }

    private static boolean isWellFormed(List<String> levels) {
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            boolean misplaced =
                    level.equals("#")
                            ? i != levels.size() - 1
                            : !level.equals("+") && (level.contains("+") || level.contains("#"));
            if (misplaced || level.indexOf('\0') >= 0 || level.contains("/")) {
                return false;
            }
        }
        return !levels.isEmpty() && !levels.equals(List.of(""));
    }
}
