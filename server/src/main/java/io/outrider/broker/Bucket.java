package io.outrider.broker;

/**
 * A token bucket that never refuses and says how long to wait instead. For one thread at a time.
 */
final class Bucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double burst;
    private double tokens;
    private long refilledAtNanos;

    /**
     * Full at first.
     *
     * @param perSecond how many come back in a second, above 0
     * @param burst how many fit in
     */
    Bucket(double perSecond, double burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.refilledAtNanos = nowNanos;
    }

    /** Takes tokens out, into debt where there are not enough. */
    void take(double count, long nowNanos) {
        refill(nowNanos);
        tokens -= count;
    }

    /** How long until there is one token more than debts, in nanoseconds; 0 where there is. */
    long delay(long nowNanos) {
        refill(nowNanos);
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / perSecond * NANOS);
    }

    boolean isFull(long nowNanos) {
        refill(nowNanos);
        return tokens >= burst;
    }

    private void refill(long nowNanos) {
        double elapsed = Math.max(0, nowNanos - refilledAtNanos) / NANOS;
        tokens = Math.min(burst, tokens + elapsed * perSecond);
        refilledAtNanos = nowNanos;
    }
}
