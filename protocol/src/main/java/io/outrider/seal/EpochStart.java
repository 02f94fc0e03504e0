package io.outrider.seal;

import java.util.OptionalLong;

/**
 * What a tracker knows when it begins an epoch.
 *
 * @param epochNumber one more than that of the predecessor, 0 to 2^62 - 1
 * @param predecessor the epoch id of the epoch before, or empty for the first since enrolment
 * @param journalId drawn at random when the journal was made
 * @param nextSequence the lowest sequence that is not yet acknowledged, 0 to 2^62 - 1
 * @param timeBaseMs milliseconds since 1970-01-01 UTC; times in reports are relative to it
 */
public record EpochStart(
        String fleet,
        String tracker,
        long epochNumber,
        OptionalLong predecessor,
        long journalId,
        long nextSequence,
        long timeBaseMs) {
    public EpochStart {
        Names.require(fleet);
        Names.require(tracker);
        Names.requireNumber("epoch number", epochNumber, Limits.NUMBER_MAX);
        Names.requireNumber("next sequence", nextSequence, Limits.NUMBER_MAX);
        Names.requireNumber("time base", timeBaseMs, Limits.TIME_MS_MAX);
    }
}
