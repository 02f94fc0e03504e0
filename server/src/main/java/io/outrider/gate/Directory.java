package io.outrider.gate;

import io.outrider.topic.TrackerId;
import java.util.Optional;

/**
 * Who there is, and on which terms. The gate asks at each CONNECT, PUBLISH and SUBSCRIBE, by
 * several threads at once, and must be answered in microseconds. If this throws, nobody gets in and
 * nothing is acknowledged.
 */
public interface Directory {

    /** Empty where nobody of this name is enrolled or invited. */
    Optional<TrackerEntry> tracker(TrackerId id);

    /** Empty where there is no such client. */
    Optional<ClientEntry> client(String name);

    /**
     * Whether any client has a grant that reaches a tracker's topics, so that what trackers publish
     * has somebody to be shown to.
     */
    boolean hearsTrackers();
}
