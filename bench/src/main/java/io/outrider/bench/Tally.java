package io.outrider.bench;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What became of the reports of a run. Safe for use by many threads. */
final class Tally {
    private static final int BUCKET_MICROS = 20;
    private static final int BUCKETS = 100_000; // two seconds

    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final Map<String, AtomicLong> troubles = new ConcurrentHashMap<>();
    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);

    void sent() {
        sent.increment();
    }

    void acknowledged(long afterNanos) {
        acknowledged.increment();
        long bucket = afterNanos / (BUCKET_MICROS * 1_000L);
        latencies.incrementAndGet(Math.clamp(bucket, 0, BUCKETS - 1));
    }

    void delivered() {
        delivered.increment();
    }

    /** A refusal, or a lost connection. */
    void trouble(String what) {
        troubles.computeIfAbsent(what, _ -> new AtomicLong()).incrementAndGet();
    }

    long sentCount() {
        return sent.sum();
    }

    long acknowledgedCount() {
        return acknowledged.sum();
    }

    long deliveredCount() {
        return delivered.sum();
    }

    /** By kind; empty where all went well. */
    Map<String, AtomicLong> troubles() {
        return new TreeMap<>(troubles);
    }

    /** Latencies are counted from here on. */
    void forgetLatencies() {
        for (int i = 0; i < BUCKETS; i++) {
            latencies.set(i, 0);
        }
    }

    String latencies() {
        return String.format(
                Locale.ROOT,
                "PUBLISH to PUBACK p50 %.2f ms, p99 %.2f ms",
                quantileMillis(0.5),
                quantileMillis(0.99));
    }

    private double quantileMillis(double quantile) {
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += latencies.get(i);
        }
        long wanted = (long) Math.ceil(all * quantile);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += latencies.get(i);
            if (seen >= wanted) {
                return (i + 1) * BUCKET_MICROS / 1e3;
            }
        }
        return Double.NaN;
    }
}
