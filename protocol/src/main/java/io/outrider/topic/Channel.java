package io.outrider.topic;

import java.util.Optional;

/** The four topics that each tracker has, by their last level. */
public enum Channel {
    /** Tracker to backend: a new sealing epoch. */
    EPOCH("epoch"),
    /** Tracker to backend: sealed positions. */
    REPORT("report"),
    /** Backend to tracker. */
    DOWN("down"),
    /** Reserved for what a fleet's other systems publish to one tracker. */
    FEED("feed");

    private final String topicLevel;

    Channel(String topicLevel) {
        this.topicLevel = topicLevel;
    }

    public String topicLevel() {
        return topicLevel;
    }

    static Optional<Channel> ofTopicLevel(String level) {
        for (Channel channel : values()) {
            if (channel.topicLevel.equals(level)) {
                return Optional.of(channel);
            }
        }
        return Optional.empty();
    }
}
