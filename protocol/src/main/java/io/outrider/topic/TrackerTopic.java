package io.outrider.topic;

import java.util.Optional;

/** One of the topics of one tracker. */
public record TrackerTopic(TrackerId tracker, Channel channel) {

    /** Reads {@code o1/FLEET/TRACKER/channel}; empty where a topic or filter is anything else. */
    public static Optional<TrackerTopic> parse(String topic) {
        String[] levels = topic.split("/", -1);
        if (levels.length != 4
                || !levels[0].equals("o1")
                || !TrackerId.isName(levels[1])
                || !TrackerId.isName(levels[2])) {
            return Optional.empty();
        }
        return Channel.ofTopicLevel(levels[3])
                .map(channel -> new TrackerTopic(new TrackerId(levels[1], levels[2]), channel));
    }

    @Override
    public String toString() {
        return tracker.topic(channel);
    }
}
