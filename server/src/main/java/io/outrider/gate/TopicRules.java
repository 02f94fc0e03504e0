package io.outrider.gate;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.topic.Channel;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerTopic;
import java.util.List;
import java.util.Optional;

/** Which topics are whose. Pure: a function of the identity, its grants and the topic. */
final class TopicRules {
    private TopicRules() {}

    /** A tracker publishes to its own channels that lead to the backend, and to nothing else. */
    static Decision trackerPublishes(Identity.OfTracker tracker, String topic) {
        return ownChannel(tracker, topic)
                .map(channel ->
                        isUp(channel)
                                ? allow("a tracker publishes to its own " + channel.topicLevel())
                                : deny(
                                        "trackers do not publish to " + topic,
                                        "this channel leads to the tracker"))
                .orElseGet(() -> notOwn(tracker));
    }

    /** A tracker subscribes to its own channels that lead to it, letter for letter. */
    static Decision trackerSubscribes(Identity.OfTracker tracker, String filter) {
        if (filter.startsWith("$share")) {
            return new Decision.Deny(
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "trackers share no subscription",
                    "trackers reach their own topics only");
        }
        if (filter.contains("#") || filter.contains("+")) {
            return new Decision.Deny(
                    ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "trackers use no wildcard",
                    "trackers reach their own topics only");
        }
        return ownChannel(tracker, filter)
                .map(channel ->
                        isUp(channel)
                                ? deny(
                                        "trackers do not subscribe to " + filter,
                                        "this channel leads to the backend")
                                : allow("a tracker subscribes to its own " + channel.topicLevel()))
                .orElseGet(() -> notOwn(tracker));
    }

    /** A client publishes to what a grant covers, but never where a tracker speaks. */
    static Decision clientPublishes(List<Grant> grants, String topic) {
        Optional<TopicFilter> name = TopicFilter.parse(topic);
        if (name.isEmpty() || topic.contains("+") || topic.contains("#")) {
            return new Decision.Deny(
                    ReasonCode.TOPIC_NAME_INVALID, "not a topic name", "form of the topic");
        }
        if (topic.startsWith("$")) {
            return deny("nobody publishes to topics that begin with $", "$ is the server's");
        }
        if (TrackerTopic.parse(topic).filter(own -> isUp(own.channel())).isPresent()) {
            return deny("only the tracker itself publishes there", "a tracker speaks for itself");
        }
        return granted(Operation.PUBLISH, grants, name.get(), topic);
    }

    /** A client subscribes to what a grant covers, alone or shared with others of the group. */
    static Decision clientSubscribes(List<Grant> grants, String filter) {
        Optional<TopicFilter> parsed = unshared(filter).flatMap(TopicFilter::parse);
        if (parsed.isEmpty()) {
            return new Decision.Deny(
                    ReasonCode.TOPIC_FILTER_INVALID, "not a topic filter", "form of the filter");
        }
        return granted(Operation.SUBSCRIBE, grants, parsed.get(), filter);
    }

    /**
     * The filter behind {@code $share/GROUP/} (MQTT 5, section 4.8.2), or the text itself; empty
     * where it begins like a shared subscription and is none.
     */
    private static Optional<String> unshared(String filter) {
        if (!filter.equals("$share") && !filter.startsWith("$share/")) {
            return Optional.of(filter);
        }
        String[] parts = filter.split("/", 3);
        boolean isShared =
                parts.length == 3
                        && !parts[1].isEmpty()
                        && !parts[1].contains("+")
                        && !parts[1].contains("#")
                        && !parts[2].isEmpty();
        return isShared ? Optional.of(parts[2]) : Optional.empty();
    }

    private static Decision granted(
            Operation operation, List<Grant> grants, TopicFilter wanted, String text) {
        return grants.stream()
                .filter(grant -> grant.operation() == operation)
                .filter(grant -> grant.filter().covers(wanted))
                .findFirst()
                .map(grant -> allow(grant.toString()))
                .orElseGet(() -> deny("no grant covers " + printable(text), "deny by default"));
    }

    private static Optional<Channel> ownChannel(Identity.OfTracker tracker, String topic) {
        return TrackerTopic.parse(topic)
                .filter(parsed -> parsed.tracker().equals(tracker.tracker()))
                .map(TrackerTopic::channel);
    }

    /** Whether a channel leads from the tracker to the backend; the others lead the other way. */
    private static boolean isUp(Channel channel) {
        return switch (channel) {
            case EPOCH, REPORT -> true;
            case DOWN, FEED -> false;
        };
    }

    private static Decision notOwn(Identity.OfTracker tracker) {
        return deny("not a topic of " + tracker.tracker(), "trackers reach their own topics only");
    }

    private static String printable(String topic) {
        return topic.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Decision allow(String rule) {
        return new Decision.Allow(rule);
    }

    private static Decision deny(String reason, String rule) {
        return new Decision.Deny(ReasonCode.NOT_AUTHORIZED, reason, rule);
    }
}
