package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.security.PublicKey;
import java.time.Instant;

/**
 * One tracker as the registry has it now.
 *
 * @param enrolment at least 1, given at {@link Registry#add} and never again: what is stored for a
 *     tracker is stored under this number, so that a name that is added again inherits nothing
 * @param methods by which it may prove itself
 */
public record Tracker(
        TrackerId id,
        long enrolment,
        Instant addedAt,
        State state,
        Stand stand,
        MethodPolicy methods) {

    /** How far a tracker has come. */
    public sealed interface State {}

    /** Added; it has not fetched its certificate yet. */
    public record Invited(Instant tokenExpiresAt) implements State {}

    /**
     * It has a certificate.
     *
     * @param identityKey the key that it made for itself, which signs its epoch announcements
     * @param keySha256 SHA-256 of that key as SubjectPublicKeyInfo, lowercase hex
     * @param certificateSerial of the certificate issued last, lowercase hex
     */
    public record Enrolled(
            Instant enrolledAt,
            PublicKey identityKey,
            String keySha256,
            String certificateSerial,
            Instant certificateNotAfter)
            implements State {}

    /**
     * How it stands with its operator.
     *
     * @param since when it came to that
     * @param reason in the operator's words; empty where none was given
     */
    public record Stand(Standing standing, Instant since, String reason) {}

    public Standing standing() {
        return stand.standing();
    }

    RightsChange.Who who() {
        return new RightsChange.Who(IdentityKind.TRACKER, id.toString(), enrolment);
    }

    Tracker with(State newState) {
        return new Tracker(id, enrolment, addedAt, newState, stand, methods);
    }

    Tracker with(Stand newStand) {
        return new Tracker(id, enrolment, addedAt, state, newStand, methods);
    }

    Tracker with(MethodPolicy newMethods) {
        return new Tracker(id, enrolment, addedAt, state, stand, newMethods);
    }
}
