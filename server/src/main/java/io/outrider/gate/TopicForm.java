package io.outrider.gate;

import io.outrider.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What MQTT and our limits ask of every topic and filter, whosever it is. Pure. */
final class TopicForm {
    private static final String LIMIT = "limit";

    private TopicForm() {}

    /** The topic of a PUBLISH, a will or an answer (MQTT 5, sections 3.3.2.1 and 3.3.2.3.5). */
    static Decision ofName(String topic, Limits.Packets limits) {
        return size(topic, topic, ReasonCode.TOPIC_NAME_INVALID, limits)
                .and(() -> {
                    boolean isName =
                            TopicFilter.parse(topic).filter(f -> !f.hasWildcard()).isPresent();
                    return isName
                            ? new Decision.Allow("form of the topic")
                            : new Decision.Deny(
                                    ReasonCode.TOPIC_NAME_INVALID,
                                    "not a topic name",
                                    "form of the topic");
                });
    }

    /** One filter of a SUBSCRIBE (MQTT 5, sections 3.8.3 and 4.8.2). */
    static Decision ofFilter(String filter, Limits.Packets limits) {
        String levels = unshared(filter).orElse(filter);
        return size(filter, levels, ReasonCode.TOPIC_FILTER_INVALID, limits)
                .and(() ->
                        parse(filter).isPresent()
                                ? new Decision.Allow("form of the filter")
                                : new Decision.Deny(
                                        ReasonCode.TOPIC_FILTER_INVALID,
                                        "not a topic filter",
                                        "form of the filter"));
    }

    /** The filter itself, or that which is shared; empty where the text is no filter. */
    static Optional<TopicFilter> parse(String filter) {
        return unshared(filter).flatMap(TopicFilter::parse);
    }

    /** Whether this asks to share a subscription, well-formed or not. */
    static boolean isShared(String filter) {
        return filter.equals("$share") || filter.startsWith("$share/");
    }

    /**
     * The text behind {@code $share/GROUP/}, or the whole text; empty where it begins like a shared
     * subscription and is none.
     */
    private static Optional<String> unshared(String filter) {
        if (!isShared(filter)) {
            return Optional.of(filter);
        }
        String[] parts = filter.split("/", 3);
        return parts.length == 3
                        && TopicFilter.parse(parts[1]).filter(g -> !g.hasWildcard()).isPresent()
                ? Optional.of(parts[2])
                : Optional.empty();
    }

    private static Decision size(
            String text, String levels, ReasonCode invalid, Limits.Packets limits) {
        int bytesMax = limits.topicBytesMax();
        if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > bytesMax) {
            return new Decision.Deny(
                    invalid, "the topic is not of 1 to " + bytesMax + " bytes", LIMIT);
        }
        int levelsMax = limits.topicLevelsMax();
        if (levels.chars().filter(c -> c == '/').count() >= levelsMax) {
            return new Decision.Deny(
                    invalid, "the topic has more than " + levelsMax + " levels", LIMIT);
        }
        return new Decision.Allow(LIMIT);
    }
}
