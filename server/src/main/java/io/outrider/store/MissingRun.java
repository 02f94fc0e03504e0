package io.outrider.store;

/**
 * Sequences that are not stored.
 *
 * @param droppedFor why the tracker says it gave them up (docs/protocol.md), or 0 for a gap: then
 *     nothing is known of them
 */
public record MissingRun(long enrolment, long journal, long first, long count, int droppedFor) {}
