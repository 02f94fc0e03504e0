package io.outrider.gate;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import io.outrider.topic.TrackerTopic;
import java.util.List;
import java.util.Optional;

/**
 * Which topics are whose. Pure: a function of the name, its grants and the topic, which has the
 * right form when it comes here.
 */
final class TopicRules {
    /** The first level of everything that belongs to trackers. */
    private static final String TRACKERS = "o1";

    private TopicRules() {}

    /** A tracker publishes to its own channels that lead to the backend, and to nothing else. */
    static Decision trackerPublishes(TrackerId tracker, PublishRequest publish) {
        Optional<Channel> channel = ownChannel(tracker, publish.topic());
        if (channel.isEmpty()) {
            return notOwn(tracker);
        }
        if (!isUp(channel.get())) {
            return deny(
                    "trackers do not publish to " + publish.topic(),
                    "this channel leads to the tracker");
        }
        if (publish.retain()) {
            return new Decision.Deny(
                    ReasonCode.RETAIN_NOT_SUPPORTED,
                    "nothing is retained",
                    "trackers retain nothing");
        }
        if (publish.qos() > 1) {
            return new Decision.Deny(
                    ReasonCode.QOS_NOT_SUPPORTED, "the highest QoS is 1", "trackers use QoS 1");
        }
        if (publish.qos() < 1) {
            // Acknowledged means stored: what asks for no acknowledgement could vanish unseen.
            return deny("publish with QoS 1", "trackers use QoS 1");
        }
        return allow("a tracker publishes to its own " + channel.get().topicLevel());
    }

    /** A tracker subscribes to its own channels that lead to it, letter for letter. */
    static Decision trackerSubscribes(TrackerId tracker, String filter) {
        if (TopicForm.isShared(filter)) {
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
        Optional<Channel> channel = ownChannel(tracker, filter);
        if (channel.isEmpty()) {
            return notOwn(tracker);
        }
        return isUp(channel.get())
                ? deny(
                        "trackers do not subscribe to " + filter,
                        "this channel leads to the backend")
                : allow("a tracker subscribes to its own " + channel.get().topicLevel());
    }

    /**
     * A client publishes to what a grant covers, but never where a tracker speaks, nor where
     * somebody could take it for a tracker: below {@code o1} there are the trackers' topics and
     * nothing else.
     */
    static Decision clientPublishes(List<Grant> grants, PublishRequest publish) {
        String topic = publish.topic();
        if (topic.startsWith("$")) {
            return deny("nobody publishes to topics that begin with $", "$ is the server's");
        }
        if (topic.equals(TRACKERS) || topic.startsWith(TRACKERS + "/")) {
            Optional<TrackerTopic> tracker = TrackerTopic.parse(topic);
            if (tracker.isEmpty()) {
                return deny("not a topic of any tracker", "below o1 are trackers' topics only");
            }
            if (isUp(tracker.get().channel())) {
                return deny(
                        "only the tracker itself publishes there", "a tracker speaks for itself");
            }
            if (publish.retain()) {
                // It would wait there for whoever is given this name next.
                return new Decision.Deny(
                        ReasonCode.RETAIN_NOT_SUPPORTED,
                        "nothing is retained for trackers",
                        "trackers' topics retain nothing");
            }
        }
        return granted(Operation.PUBLISH, grants, topic);
    }

    /** A client subscribes to what a grant covers, alone or shared with others of a group. */
    static Decision clientSubscribes(List<Grant> grants, String filter) {
        return granted(Operation.SUBSCRIBE, grants, filter);
    }

    /**
     * Whether one of these covers all of a topic or filter. Several that only together cover it do
     * not count, so that each permission has one grant to name and to take away.
     */
    static Decision granted(Operation operation, List<Grant> grants, String text) {
        return TopicForm.parse(text)
                .flatMap(wanted ->
                        grants.stream()
                                .filter(grant -> grant.operation() == operation)
                                .filter(grant -> grant.filter().covers(wanted))
                                .findFirst())
                .map(grant -> allow(grant.toString()))
                .orElseGet(() -> deny("no grant covers " + printable(text), "deny by default"));
    }

    private static Optional<Channel> ownChannel(TrackerId tracker, String topic) {
        return TrackerTopic.parse(topic)
                .filter(parsed -> parsed.tracker().equals(tracker))
                .map(TrackerTopic::channel);
    }

    /** Whether a channel leads from the tracker to the backend; the others lead the other way. */
    private static boolean isUp(Channel channel) {
        return switch (channel) {
            case EPOCH, REPORT -> true;
            case DOWN, FEED -> false;
        };
    }

    private static Decision notOwn(TrackerId tracker) {
        return deny("not a topic of " + tracker, "trackers reach their own topics only");
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
