package io.outrider.store;

import java.time.Duration;

/**
 * What the store may take up. Ours to choose, unlike the constants of the protocol below.
 *
 * @param writesPerCommitMax writes that share one commit
 * @param gatherMax how long a commit waits for company after its first write; zero commits at once
 * @param waitingMax positions and writes that may wait for a commit; past it a write is refused as
 *     unavailable
 * @param retryAfter how long the writer pauses after a commit that failed
 * @param slowAfter how long a commit may take before the store says that it is slow
 * @param readersMax read connections, and so reads at the same time
 * @param trackersCached journals, epochs and counters that the writer remembers; at least
 *     unsettledMax and writesPerCommitMax together, since what is not in its table must be in
 *     memory
 * @param unsettledMax reports and segments that are written in the order in which they come, before
 *     they are sorted into their tables
 * @param refusedMax refused messages kept for inspection, of all trackers
 * @param refusedPerTrackerMax of one tracker
 * @param refusedBytesMax kept of one refused message
 * @param pageCacheKib pages of the database that the writer keeps in memory: the last of each
 *     tracker should fit
 */
public record StoreLimits(
        int writesPerCommitMax,
        Duration gatherMax,
        int waitingMax,
        Duration retryAfter,
        Duration slowAfter,
        int readersMax,
        int trackersCached,
        int unsettledMax,
        int refusedMax,
        int refusedPerTrackerMax,
        int refusedBytesMax,
        int pageCacheKib) {
    public static final StoreLimits DEFAULT =
            new StoreLimits(
                    1_000,
                    Duration.ofMillis(5),
                    65_536,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    4,
                    65_536,
                    8_192,
                    10_000,
                    16,
                    4_096,
                    128 * 1_024);

    /** Epochs of one tracker whose reports are still taken (docs/protocol.md). */
    public static final int EPOCHS_KEPT = 256;

    /** Counters of one epoch, down from the highest seen, that can be told from a repeat. */
    public static final int COUNTER_WINDOW = 1_024;

    /** Positions of one run. */
    public static final int RUN_LENGTH_MAX = 512;

    public StoreLimits {
        if (writesPerCommitMax < 1
                || trackersCached < unsettledMax + writesPerCommitMax
                || readersMax < 1) {
            throw new IllegalArgumentException("limits that leave no room to work");
        }
    }
}
