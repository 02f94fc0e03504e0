package io.outrider.gate;

import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import java.util.Optional;
import java.util.Set;

/**
 * What the directory holds of a tracker.
 *
 * @param number of the current enrolment, at least 1, never used twice
 * @param key that the vehicle enrolled with under this number; empty until it has
 * @param methods by which it may prove itself
 */
public record TrackerEntry(
        long number, Standing standing, Optional<KeyHash> key, Set<Method> methods) {
    public TrackerEntry {
        if (number < 1) {
            throw new IllegalArgumentException("enrolment number " + number + " is below 1");
        }
        methods = Set.copyOf(methods);
    }
}
