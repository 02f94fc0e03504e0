package io.outrider.gate;

import io.outrider.topic.TrackerId;
import java.util.Optional;

/** Who may connect. The gate asks; the registry answers. */
@FunctionalInterface
public interface Enrolments {

    /**
     * The current enrolment, empty where there is none with a key: unknown, removed, or not
     * enrolled yet.
     *
     * <p>Asked at each CONNECT and each PUBLISH, by several threads at once, and must answer in
     * microseconds. If it throws, nobody gets in and nothing is acknowledged.
     */
    Optional<Enrolled> enrolled(TrackerId tracker);
}
