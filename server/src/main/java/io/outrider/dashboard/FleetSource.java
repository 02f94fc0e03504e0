package io.outrider.dashboard;

import io.outrider.fleet.Registry;
import io.outrider.topic.TrackerId;
import java.util.List;

/** Which trackers there are. Asked every few seconds, by one thread at a time. */
public interface FleetSource {

    /** Every tracker that is enrolled, or invited to be, in any order. */
    List<Member> members();

    /**
     * One tracker of a fleet.
     *
     * @param enrolment the number behind the name, at least 1, higher than any given out before
     */
    record Member(TrackerId tracker, long enrolment) {}

    /** The trackers of the server's registry. */
    static FleetSource of(Registry registry) {
        return () ->
                registry.trackers().stream()
                        .map(tracker -> new Member(tracker.id(), tracker.enrolment()))
                        .toList();
    }
}
