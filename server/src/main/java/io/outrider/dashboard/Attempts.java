package io.outrider.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Slows down whoever guesses passwords. Each attempt counts under several keys, and waits while any
 * of them is closed; after a few free failures a key closes for twice as long each time. Memory is
 * bounded: the key longest unused is forgotten first. Guarded by its own monitor.
 *
 * <p>An attempt is counted as failed before its password is looked at, and taken back when it was
 * right: a thousand at once gain nothing.
 */
final class Attempts {
    private static final Duration FORGIVEN_AFTER = Duration.ofHours(1);
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Map<Suspect, Failures> byKey = new LinkedHashMap<>(64, 0.75f, true);

    /** What failures are counted by, how many are free, and how long it closes at most. */
    enum Kind {
        /** All that one network does. */
        ADDRESS(20, Duration.ofMinutes(15)),
        /** One network at one account. */
        ACCOUNT_FROM_ADDRESS(5, Duration.ofMinutes(15)),
        /**
         * Strangers at one account, however many networks they have. The wait is short, because it
         * also meets the account's owner on a new machine.
         */
        ACCOUNT_FROM_STRANGERS(20, Duration.ofSeconds(30)),
        /** A browser in which this account has signed in before: strangers do not slow it down. */
        KNOWN_DEVICE(5, Duration.ofMinutes(5));

        private final int free;
        private final Duration delayMax;

        Kind(int free, Duration delayMax) {
            this.free = free;
            this.delayMax = delayMax;
        }
    }

    /** One thing that failures are counted by. */
    record Suspect(Kind kind, String value) {}

    private record Failures(int count, Instant last, Instant closedUntil) {}

    Attempts(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Counts an attempt.
     *
     * @return how long to wait, where the attempt may not be made now; it is then not counted
     */
    synchronized Optional<Duration> begin(List<Suspect> keys) {
        Instant now = clock.instant();
        Instant closedUntil = Instant.MIN;
        for (Suspect suspect : keys) {
            Failures failures = byKey.get(suspect);
            if (failures != null && failures.closedUntil().isAfter(closedUntil)) {
                closedUntil = failures.closedUntil();
            }
        }
        if (closedUntil.isAfter(now)) {
            return Optional.of(Duration.between(now, closedUntil));
        }
        keys.forEach(suspect -> byKey.put(suspect, afterFailure(suspect, now)));
        forgetOldest();
        return Optional.empty();
    }

    /**
     * The attempt was right. What its own account failed before is forgotten; of its address only
     * this attempt is, or one account would pay for guesses at the others.
     */
    synchronized void succeeded(List<Suspect> keys) {
        for (Suspect suspect : keys) {
            Failures failures = byKey.get(suspect);
            if (suspect.kind() == Kind.ADDRESS && failures != null && failures.count() > 1) {
                byKey.put(
                        suspect, new Failures(failures.count() - 1, failures.last(), Instant.MIN));
            } else {
                byKey.remove(suspect);
            }
        }
    }

    synchronized int keyCount() {
        return byKey.size();
    }

    private Failures afterFailure(Suspect suspect, Instant now) {
        Failures before = byKey.get(suspect);
        int count =
                before == null || before.last().plus(FORGIVEN_AFTER).isBefore(now)
                        ? 1
                        : before.count() + 1;
        int beyondFree = count - suspect.kind().free;
        if (beyondFree < 0) {
            return new Failures(count, now, Instant.MIN);
        }
        Duration doubled = FIRST_DELAY.multipliedBy(1L << Math.min(beyondFree, 16));
        Duration delayMax = suspect.kind().delayMax;
        return new Failures(
                count, now, now.plus(doubled.compareTo(delayMax) < 0 ? doubled : delayMax));
    }

    private void forgetOldest() {
        var oldestFirst = byKey.keySet().iterator();
        while (byKey.size() > Limits.ATTEMPT_KEYS_MAX) {
            oldestFirst.next();
            oldestFirst.remove();
        }
    }
}
