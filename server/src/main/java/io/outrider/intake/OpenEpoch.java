package io.outrider.intake;

import io.outrider.seal.Announcement;
import io.outrider.seal.BackendEpoch;
import io.outrider.seal.Secret;
import io.outrider.store.KnownEpoch;
import io.outrider.topic.TrackerId;

/**
 * An epoch and the key that opens its reports.
 *
 * @param nextSequence what first sequences in its reports are relative to
 * @param timeBaseMs what times in its reports are relative to
 */
record OpenEpoch(
        long enrolment,
        long number,
        long id,
        long journal,
        long nextSequence,
        long timeBaseMs,
        BackendEpoch opener) {

    static OpenEpoch of(TrackerId tracker, KnownEpoch known, Secret secret) {
        BackendEpoch opener =
                BackendEpoch.of(
                        tracker.fleet(),
                        tracker.tracker(),
                        known.suite(),
                        known.number(),
                        known.id(),
                        secret);
        return new OpenEpoch(
                known.enrolment(),
                known.number(),
                known.id(),
                known.journal(),
                known.nextSequence(),
                known.timeBaseMs(),
                opener);
    }

    static OpenEpoch of(long enrolment, Announcement announced, Secret secret) {
        return new OpenEpoch(
                enrolment,
                announced.epochNumber(),
                announced.epochId(),
                announced.journalId(),
                announced.nextSequence(),
                announced.timeBaseMs(),
                BackendEpoch.of(announced, secret));
    }

    int lowByte() {
        return (int) (number & 0xff);
    }
}
