package io.outrider.dashboard;

import io.outrider.position.Position;
import java.time.Instant;

/**
 * One stored position of one tracker.
 *
 * @param enrolment the number behind the name: a name that is enrolled again shows nothing of the
 *     tracker that had it before
 * @param receivedAt when the server stored it, which can be hours after {@code position.time()}
 */
public record Sighting(long enrolment, Position position, Instant receivedAt) {}
