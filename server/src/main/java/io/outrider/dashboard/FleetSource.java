package io.outrider.dashboard;

import io.outrider.topic.TrackerId;
import java.util.List;

/** Which trackers there are. Asked every few seconds, by one thread at a time. */
public interface FleetSource {

    /** Every tracker that is enrolled, or waits for its enrolment, in any order. */
    List<Member> members();

    /**
     * One tracker of a fleet.
     *
     * @param enrolment the number behind the name, at least 1
     */
    record Member(TrackerId tracker, long enrolment) {}
}
