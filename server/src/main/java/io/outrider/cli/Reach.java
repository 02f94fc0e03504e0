package io.outrider.cli;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.topic.Channel;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A grant that takes in whole fleets. Such a one is possible, asked twice, and shown wherever
 * rights are shown.
 *
 * @param fleet the only fleet; empty for every fleet, those to come included
 * @param channels of each of its trackers
 */
record Reach(Grant grant, Optional<String> fleet, Set<Channel> channels) {

    /** o1, fleet, tracker, channel. */
    private static final int TRACKER_LEVELS = 4;

    Reach {
        channels = Set.copyOf(channels);
    }

    /** Empty where the grant is for single trackers, or has nothing to do with trackers. */
    static Optional<Reach> of(Grant grant) {
        Set<Channel> ofAll = channels(grant, "+");
        if (!ofAll.isEmpty()) {
            return Optional.of(new Reach(grant, Optional.empty(), ofAll));
        }
        List<String> levels = grant.filter().levels();
        if (levels.size() < 2 || !TrackerId.isName(levels.get(1))) {
            return Optional.empty();
        }
        Set<Channel> ofOne = channels(grant, levels.get(1));
        return ofOne.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reach(grant, Optional.of(levels.get(1)), ofOne));
    }

    static List<Reach> of(List<Grant> grants) {
        return grants.stream().flatMap(grant -> of(grant).stream()).toList();
    }

    /** Whether any topic of any tracker is among those that the filter matches. */
    static boolean touchesTrackers(TopicFilter filter) {
        List<String> levels = filter.levels();
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (level.equals("#")) {
                return i <= TRACKER_LEVELS;
            }
            if (i == TRACKER_LEVELS || !(level.equals("+") || canStandAt(i, level))) {
                return false;
            }
        }
        return levels.size() == TRACKER_LEVELS;
    }

    private static boolean canStandAt(int place, String level) {
        return switch (place) {
            case 0 -> level.equals("o1");
            case 1, 2 -> TrackerId.isName(level);
            default -> Stream.of(Channel.values()).anyMatch(c -> c.topicLevel().equals(level));
        };
    }

    /** Nobody but a tracker publishes to its epoch and report, whatever a grant covers. */
    private static Set<Channel> channels(Grant grant, String fleet) {
        Set<Channel> possible =
                grant.operation() == Operation.PUBLISH
                        ? EnumSet.of(Channel.DOWN, Channel.FEED)
                        : EnumSet.allOf(Channel.class);
        return possible.stream()
                .filter(channel ->
                        grant.filter()
                                .covers(
                                        new TopicFilter(
                                                List.of("o1", fleet, "+", channel.topicLevel()))))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Such as {@code may-subscribe o1/#: epoch, report of every tracker of every fleet}. */
    @Override
    public String toString() {
        return grant + ": " + what();
    }

    private String what() {
        String names =
                Stream.of(Channel.values())
                        .filter(channels::contains)
                        .map(Channel::topicLevel)
                        .collect(Collectors.joining(", "));
        return names + " of every tracker of " + fleet.map(f -> "fleet " + f).orElse("every fleet");
    }

    /** What it opens, in a sentence for whoever is asked. */
    String meaning() {
        return switch (grant.operation()) {
            case SUBSCRIBE ->
                    "It would see who reports, when and how much, not where: reports are sealed,"
                            + " and it has no key.";
            case PUBLISH ->
                    "It could send to all of them. They do only what the command key has signed,"
                            + " but what they receive costs them time and data.";
        };
    }
}
