package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.security.PublicKey;
import java.time.Instant;

/**
 * One tracker as the registry has it now.
 *
 * @param enrolment at least 1, given at {@link Registry#add} and never again: what is stored for a
 *     tracker is stored under this number, so that a name that is added again inherits nothing
 */
public record Tracker(TrackerId id, long enrolment, Instant addedAt, State state) {

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
}
