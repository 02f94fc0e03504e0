package io.outrider.intake;

import java.time.Duration;

/**
 * What intake may take up. Ours to choose.
 *
 * @param epochsOpenMax epochs whose key is kept in memory; others are read when they are needed
 * @param slowThreads threads for what takes milliseconds: announcements, and epochs to be read
 * @param slowWaitingMax messages that may wait for them
 * @param announceEvery how often one tracker is asked to announce, at most
 * @param announcedMax trackers whose last request is remembered
 * @param lateAfter positions older than this at receipt are counted as late
 */
public record IntakeLimits(
        int epochsOpenMax,
        int slowThreads,
        int slowWaitingMax,
        Duration announceEvery,
        int announcedMax,
        Duration lateAfter) {
    public static final IntakeLimits DEFAULT =
            new IntakeLimits(
                    20_000, 2, 10_000, Duration.ofSeconds(10), 20_000, Duration.ofMinutes(5));
}
