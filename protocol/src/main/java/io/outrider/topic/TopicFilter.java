package io.outrider.topic;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A topic filter (MQTT 5, section 4.7) without a shared subscription's {@code $share/GROUP/}. One
 * without wildcards is a topic name, too. Compared code point by code point: there is no folding of
 * case, no normal form and no escape, so that what looks alike is not alike.
 *
 * <p>Whoever holds one holds a well-formed one: of 1 to 65,535 bytes, wildcards in their place
 * only, and none of the characters that a server may refuse in every text (section 1.5.4).
 *
 * @param levels of the filter: {@code +} alone for any one level, {@code #} alone and last for any
 *     number of levels, the parent included
 */
public record TopicFilter(List<String> levels) {
    private static final int BYTES_MAX = 65_535;

    public TopicFilter {
        levels = List.copyOf(levels);
        if (!isWellFormed(levels)) {
            throw new IllegalArgumentException("not a topic filter");
        }
    }

    /** Empty where the text is no filter. */
    public static Optional<TopicFilter> parse(String text) {
        List<String> levels = Arrays.asList(text.split("/", -1));
        return isWellFormed(levels) ? Optional.of(new TopicFilter(levels)) : Optional.empty();
    }

    /** Whether this stands for more than the one topic that is spelt like it. */
    public boolean hasWildcard() {
        return levels.getLast().equals("#") || levels.contains("+");
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
        List<String> theirs = other.withoutEmptyParent();
        if (isWild(levels.getFirst()) && theirs.getFirst().startsWith("$")) {
            return false;
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

    /**
     * {@code #} includes the parent. Where that would be the empty topic, which does not exist,
     * this spells the same set with one level more.
     */
    private List<String> withoutEmptyParent() {
        if (levels.equals(List.of("#"))) {
            return List.of("+", "#");
        }
        return levels.equals(List.of("", "#")) ? List.of("", "+", "#") : levels;
    }

    private static boolean isWild(String level) {
        return level.equals("+") || level.equals("#");
    }

    private static boolean isWellFormed(List<String> levels) {
        if (levels.isEmpty() || levels.equals(List.of(""))) {
            return false;
        }
        long bytes = levels.size() - 1L;
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            boolean isLast = i == levels.size() - 1;
            if (!isText(level) || !isWildcardInItsPlace(level, isLast)) {
                return false;
            }
            bytes += level.getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes <= BYTES_MAX;
    }

    private static boolean isWildcardInItsPlace(String level, boolean isLast) {
        return switch (level) {
            case "+" -> true;
            case "#" -> isLast;
            default -> level.indexOf('+') < 0 && level.indexOf('#') < 0;
        };
    }

    /** One level of characters that every MQTT peer takes, in every text (MQTT 5, 1.5.4). */
    private static boolean isText(String level) {
        for (int i = 0; i < level.length(); ) {
            int c = level.codePointAt(i);
            boolean isControl = c < 0x20 || (c >= 0x7f && c <= 0x9f);
            boolean isSurrogate = c >= 0xd800 && c <= 0xdfff; // alone, or it would be a pair
            boolean isNoCharacter = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
            if (isControl || isSurrogate || isNoCharacter || c == '/') {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }
}
