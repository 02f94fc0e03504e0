package io.outrider.broker;

import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How fast each identity may publish, on all of its connections together, and from one to the next:
 * whoever connects again brings no new burst. Safe for use by many threads.
 */
final class Paces {
    /** So often it is looked through for what nobody needs any more. */
    private static final int JOINS_BETWEEN_LOOKS = 1_024;

    private final Limits.Rates rates;
    private final LongSupplier nanoTime;
    private final Map<Key, Pace> paces = new ConcurrentHashMap<>();
    private final AtomicInteger joins = new AtomicInteger();

    /** Numbers are never given twice, but trackers and clients each have their own. */
    private record Key(boolean isTracker, long number) {
        static Key of(Identity identity) {
            return new Key(identity instanceof Identity.OfTracker, identity.number());
        }
    }

    /** Of one identity. Safe for use by many threads. */
    static final class Pace {
        private final Bucket messages;
        private final Bucket bytes;
        private int connections; // changed under the lock of the map's entry

        private Pace(Limits.Rates rates, long nowNanos) {
            this.messages = new Bucket(rates.messagesPerSecond(), rates.messagesBurst(), nowNanos);
            this.bytes = new Bucket(rates.bytesPerSecond(), rates.bytesBurst(), nowNanos);
        }

        /**
         * Takes one message's worth, if that is there.
         *
         * @param size of its payload, bytes
         * @return 0 where it was, and otherwise after how many nanoseconds to ask again
         */
        synchronized long take(int size, long nowNanos) {
            long delay = Math.max(messages.delay(nowNanos), bytes.delay(nowNanos));
            if (delay == 0) {
                messages.take(1, nowNanos);
                bytes.take(size, nowNanos);
            }
            return delay;
        }

        /** What it is that is not there. */
        synchronized Limit reached(long nowNanos) {
            return messages.delay(nowNanos) > 0 ? Limit.MESSAGE_RATE : Limit.BYTE_RATE;
        }

        private synchronized boolean isFull(long nowNanos) {
            return messages.isFull(nowNanos) && bytes.isFull(nowNanos);
        }
    }

    /**
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    Paces(Limits.Rates rates, LongSupplier nanoTime) {
        this.rates = rates;
        this.nanoTime = nanoTime;
    }

    /** The pace of a connection's identity, for as long as the connection is open. */
    Pace join(Identity identity) {
        long now = nanoTime.getAsLong();
        if (joins.incrementAndGet() % JOINS_BETWEEN_LOOKS == 0) {
            paces.keySet().forEach(key -> paces.computeIfPresent(key, (_, it) -> kept(it, now)));
        }
        return paces.compute(
                Key.of(identity),
                (_, before) -> {
                    Pace pace = before == null ? new Pace(rates, now) : before;
                    pace.connections++;
                    return pace;
                });
    }

    /** To be called once for each {@link #join}. */
    void leave(Identity identity) {
        paces.computeIfPresent(
                Key.of(identity),
                (_, pace) -> {
                    pace.connections--;
                    return kept(pace, nanoTime.getAsLong());
                });
    }

    private static @Nullable Pace kept(Pace pace, long nowNanos) {
        return pace.connections == 0 && pace.isFull(nowNanos) ? null : pace;
    }
}
