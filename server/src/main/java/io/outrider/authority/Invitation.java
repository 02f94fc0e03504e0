package io.outrider.authority;

import io.outrider.fleet.Tracker;

/**
 * A new tracker and what its installer needs.
 *
 * @param token the text of the enrolment token, shown once and kept nowhere
 */
public record Invitation(Tracker tracker, String token) {
    /** Without the token, which is a secret. */
    @Override
    public String toString() {
        return "Invitation(" + tracker.id() + ")";
    }
}
