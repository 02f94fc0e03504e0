package io.outrider.tracker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a tracker waits before it tries again: doubling, and never all trackers at once. */
record ReconnectDelay(Duration delayMin, Duration delayMax) {

    /** Between half of the full delay and all of it. */
    Duration afterFailures(int failures, RandomGenerator random) {
        Duration doubled = delayMin.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), 16));
        Duration full = doubled.compareTo(delayMax) < 0 ? doubled : delayMax;
        return full.dividedBy(2).plusMillis(random.nextLong(full.toMillis() / 2 + 1));
    }
}
