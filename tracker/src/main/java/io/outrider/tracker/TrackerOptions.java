package io.outrider.tracker;

import io.outrider.position.Run;
import java.time.Duration;

/**
 * How a tracker works; what is not given is sensible.
 *
 * @param batchMax positions in one report, 1 to 512
 * @param hold how long a position may wait for others to share its report; 0 sends at once
 * @param answerTimeMax after which an unanswered report makes the tracker connect anew
 * @param announceInterval between two announcements that the backend asks for, at least
 * @param reconnectMin delay after the first failure to connect
 * @param reconnectMax delay after many
 */
public record TrackerOptions(
        int batchMax,
        Duration hold,
        Duration answerTimeMax,
        Duration announceInterval,
        Duration reconnectMin,
        Duration reconnectMax) {
    public static final TrackerOptions DEFAULT =
            new TrackerOptions(
                    60,
                    Duration.ZERO,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(60));

    public TrackerOptions {
        if (batchMax < 1 || batchMax > Run.POSITIONS_MAX) {
            throw new IllegalArgumentException(
                    "a batch of " + batchMax + ", not 1 to " + Run.POSITIONS_MAX);
        }
        if (hold.isNegative()) {
            throw new IllegalArgumentException("hold " + hold);
        }
    }

    /** At most so many positions a report, each waiting at most so long for the others. */
    public TrackerOptions withBatch(int positionsMax, Duration waitMax) {
        return new TrackerOptions(
                positionsMax, waitMax, answerTimeMax, announceInterval, reconnectMin, reconnectMax);
    }

    /** Tries to connect again after these delays; for tests and demonstrations. */
    public TrackerOptions withReconnect(Duration delayMin, Duration delayMax) {
        return new TrackerOptions(
                batchMax, hold, answerTimeMax, announceInterval, delayMin, delayMax);
    }

    public TrackerOptions withAnnounceInterval(Duration interval) {
        return new TrackerOptions(
                batchMax, hold, answerTimeMax, interval, reconnectMin, reconnectMax);
    }

    public TrackerOptions withAnswerTime(Duration max) {
        return new TrackerOptions(
                batchMax, hold, max, announceInterval, reconnectMin, reconnectMax);
    }
}
