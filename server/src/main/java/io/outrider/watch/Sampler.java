package io.outrider.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * Lets some events of each kind through, and counts the others: nobody fills a disk by knocking,
 * and a flood of one kind does not hide another. For one thread.
 */
final class Sampler {
    /** So many seconds' worth may come at once. */
    private static final int BURST_SECONDS = 10;

    private final Duration perEvent;
    private final Duration burst;
    private final Map<EventKind, Instant> paidUntil = new EnumMap<>(EventKind.class);
    private final Map<EventKind, Long> suppressed = new EnumMap<>(EventKind.class);
    private Instant toldAt = Instant.MIN;

    Sampler(int perSecondMax) {
        this.perEvent = Duration.ofSeconds(1).dividedBy(perSecondMax);
        this.burst = Duration.ofSeconds(BURST_SECONDS);
    }

    /** Whether this one is to be told; otherwise it is counted. */
    boolean lets(EventKind kind, Instant now) {
        Instant paid = paidUntil.getOrDefault(kind, now);
        Instant next = (paid.isAfter(now) ? paid : now).plus(perEvent);
        if (next.isAfter(now.plus(burst))) {
            suppressed.merge(kind, 1L, Long::sum);
            return false;
        }
        paidUntil.put(kind, next);
        return true;
    }

    /** What was suppressed, once a second at most; empty where there is nothing to tell. */
    Map<EventKind, Long> toTell(Instant now) {
        if (suppressed.isEmpty() || now.isBefore(toldAt.plusSeconds(1))) {
            return Map.of();
        }
        toldAt = now;
        var told = new EnumMap<EventKind, Long>(suppressed);
        suppressed.clear();
        return told;
    }
}
