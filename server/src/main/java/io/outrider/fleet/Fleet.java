package io.outrider.fleet;

import java.time.Instant;

/**
 * One customer's trackers; nothing crosses from one fleet to another.
 *
 * @param trackerCount how many are there now, enrolled or invited
 * @param methods for each of its trackers that has no policy of its own
 */
public record Fleet(String name, Instant createdAt, int trackerCount, MethodPolicy methods) {}
