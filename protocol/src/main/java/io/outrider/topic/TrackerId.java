package io.outrider.topic;

import java.util.Optional;

/**
 * The name of one tracker in one fleet: {@code FLEET.TRACKER}. It is also the MQTT client
 * identifier and the common name of the certificate, and it spans the only topics that this tracker
 * can reach.
 *
 * @param fleet {@code [a-z0-9-]{1,32}}
 * @param tracker {@code [a-z0-9-]{1,32}}
 */
public record TrackerId(String fleet, String tracker) implements Comparable<TrackerId> {

    private static final int NAME_LENGTH_MAX = 32;

    public TrackerId {
        if (!isName(fleet) || !isName(tracker)) {
            throw new IllegalArgumentException("not a name of the form [a-z0-9-]{1,32}");
        }
    }

    /** Whether this can be the name of a fleet or of a tracker; asked for each message. */
    public static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= NAME_LENGTH_MAX;
    }

    /** Reads {@code FLEET.TRACKER}; empty where it is anything else. */
    public static Optional<TrackerId> parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String fleet = text.substring(0, dot);
        String tracker = text.substring(dot + 1);
        return isName(fleet) && isName(tracker)
                ? Optional.of(new TrackerId(fleet, tracker))
                : Optional.empty();
    }

    /** {@code o1/FLEET/TRACKER/channel}. */
    public String topic(Channel channel) {
        return "o1/" + fleet + "/" + tracker + "/" + channel.topicLevel();
    }

    /**
     * The identity URI of the certificate: {@code
     * spiffe://INSTALLATION/fleet/FLEET/tracker/TRACKER}.
     */
    public String uri(String installation) {
        return "spiffe://" + installation + "/fleet/" + fleet + "/tracker/" + tracker;
    }

    @Override
    public int compareTo(TrackerId other) {
        int byFleet = fleet.compareTo(other.fleet);
        return byFleet != 0 ? byFleet : tracker.compareTo(other.tracker);
    }

    @Override
    public String toString() {
        return fleet + "." + tracker;
    }
}
