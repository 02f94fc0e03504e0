package io.outrider.tracker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How fast a file is replayed: with its own gaps, so many times faster, or without waiting. Not
 * safe for use by many threads.
 */
final class Pace {
    private final double factor;
    private final InstantSource clock;
    private @Nullable Instant started;
    private Instant firstTime = Instant.EPOCH;

    private Pace(double factor, InstantSource clock) {
        this.factor = factor;
        this.clock = clock;
    }

    /**
     * Reads {@code real}, {@code fast} or how many times faster.
     *
     * @throws TrackerProblem where it is none of these
     */
    static Pace of(String text, InstantSource clock) throws TrackerProblem {
        if (text.equals("fast")) {
            return new Pace(Double.POSITIVE_INFINITY, clock);
        }
        if (text.equals("real")) {
            return new Pace(1, clock);
        }
        if (text.matches("\\d{1,6}(\\.\\d{1,6})?") && Double.parseDouble(text) > 0) {
            return new Pace(Double.parseDouble(text), clock);
        }
        throw new TrackerProblem(
                "--pace " + text + " is none: give real, fast, or how many times faster, as 10.");
    }

    boolean waits() {
        return !Double.isInfinite(factor);
    }

    /** How long to wait before a position of this time is due; zero where it is late. */
    Duration before(Instant time) {
        if (!waits()) {
            return Duration.ZERO;
        }
        Instant now = clock.instant();
        if (started == null) {
            started = now;
            firstTime = time;
        }
        long dueMs = (long) (Duration.between(firstTime, time).toMillis() / factor);
        Duration left = Duration.between(now, started.plusMillis(dueMs));
        return left.isNegative() ? Duration.ZERO : left;
    }
}
