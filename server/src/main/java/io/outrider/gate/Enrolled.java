package io.outrider.gate;

/**
 * What the registry holds of a tracker that may connect now.
 *
 * @param number of the current enrolment, at least 1, never used twice
 * @param key that the vehicle enrolled with under this number
 */
public record Enrolled(long number, KeyHash key) {
    public Enrolled {
        if (number < 1) {
            throw new IllegalArgumentException("enrolment number " + number + " is below 1");
        }
    }
}
