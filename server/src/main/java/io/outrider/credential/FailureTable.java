package io.outrider.credential;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Failures by key, in two halves of at most {@link #HALF_MAX} keys: those that cost nothing yet,
 * and those that are delayed. Each half forgets what it has not seen for longest, so that whoever
 * washes a delayed key out needs as many delayed keys, each of which cost its free failures first.
 * Guarded by the monitor of {@link Guesses}.
 */
final class FailureTable {
    /** With names of 80 characters a full table takes about 3 MB. */
    static final int HALF_MAX = 4096;

    private static final Duration DELAY_MIN = Duration.ofSeconds(1);
    private static final int DOUBLINGS_MAX = 20;

    private final Guesses.Damping damping;
    private final Duration forgivenAfter;
    private final Map<String, Failures> free = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Failures> delayed = new LinkedHashMap<>(16, 0.75f, true);

    private record Failures(int count, Instant last, Instant closedUntil) {}

    FailureTable(Guesses.Damping damping, Duration forgivenAfter) {
        this.damping = damping;
        this.forgivenAfter = forgivenAfter;
    }

    Instant closedUntil(String key, Instant now) {
        Failures failures = find(key, now);
        return failures == null ? Instant.MIN : failures.closedUntil();
    }

    void count(String key, Instant now) {
        Failures before = find(key, now);
        int count = before == null ? 1 : before.count() + 1;
        put(key, new Failures(count, now, now.plus(delayAfter(count))));
    }

    /** The failure that was counted then was none. */
    void takeBack(String key, Instant counted) {
        Failures failures = find(key, counted);
        if (failures == null) {
            return; // forgotten meanwhile
        }
        if (failures.count() == 1) {
            forget(key);
            return;
        }
        // Where another failure came since, its delay stands.
        Instant closedUntil =
                failures.last().equals(counted) ? Instant.MIN : failures.closedUntil();
        put(key, new Failures(failures.count() - 1, failures.last(), closedUntil));
    }

    void forget(String key) {
        free.remove(key);
        delayed.remove(key);
    }

    int size() {
        return free.size() + delayed.size();
    }

    private @Nullable Failures find(String key, Instant now) {
        Failures found = delayed.get(key);
        if (found == null) {
            found = free.get(key);
        }
        if (found != null && found.last().plus(forgivenAfter).isBefore(now)) {
            forget(key);
            return null;
        }
        return found;
    }

    private void put(String key, Failures failures) {
        forget(key);
        Map<String, Failures> half = failures.count() > damping.free() ? delayed : free;
        half.put(key, failures);
        if (half.size() > HALF_MAX) {
            var oldestFirst = half.keySet().iterator();
            oldestFirst.next();
            oldestFirst.remove();
        }
    }

    private Duration delayAfter(int count) {
        int beyondFree = count - damping.free();
        if (beyondFree <= 0) {
            return Duration.ZERO;
        }
        Duration doubled = DELAY_MIN.multipliedBy(1L << Math.min(beyondFree - 1, DOUBLINGS_MAX));
        return doubled.compareTo(damping.delayMax()) < 0 ? doubled : damping.delayMax();
    }
}
