package io.outrider.authority;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long the answer to a wrong secret is held back: the longer, the more often the same name or
 * the same address was wrong lately. Right secrets are never asked about here, so that a stranger
 * who guesses keeps no tracker out. Guarded by its own monitor; forgets the oldest first.
 */
final class Attempts {
    /** Names and addresses that are remembered. */
    static final int REMEMBERED_MAX = 4_096;

    private static final int FREE_FAILURES = 2;
    private static final Duration DELAY_MIN = Duration.ofMillis(250);
    private static final Duration DELAY_MAX = Duration.ofSeconds(8);

    /** One failure is forgiven each time this passes. */
    private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);

    private static final int COUNTED_MAX = 16;

    private final InstantSource clock;
    private final Map<String, Failures> byKey = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param count how many, as of {@code at}
     */
    private record Failures(long count, Instant at) {}

    Attempts(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Counts a failure.
     *
     * @return how long to hold back the answer
     */
    synchronized Duration failed(String name, InetAddress address) {
        long count = Math.max(count("name " + name), count("address " + network(address)));
        if (count <= FREE_FAILURES) {
            return Duration.ZERO;
        }
        int doublings = (int) Math.min(count - FREE_FAILURES - 1, COUNTED_MAX);
        Duration delay = DELAY_MIN.multipliedBy(1L << doublings);
        return delay.compareTo(DELAY_MAX) < 0 ? delay : DELAY_MAX;
    }

    private long count(String key) {
        Instant now = clock.instant();
        Failures before = byKey.getOrDefault(key, new Failures(0, now));
        long forgiven = Math.max(0, Duration.between(before.at, now).dividedBy(FORGIVEN_AFTER));
        long count = Math.min(Math.max(0, before.count - forgiven) + 1, COUNTED_MAX);
        byKey.put(key, new Failures(count, now));
        if (byKey.size() > REMEMBERED_MAX) {
            var eldest = byKey.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        return count;
    }

    synchronized int remembered() {
        return byKey.size();
    }

    /** Of IPv6 the first 64 bits: whoever has one address there has all of them. */
    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        int length = address instanceof Inet6Address ? Long.BYTES : bytes.length;
        return HexFormat.of().formatHex(Arrays.copyOf(bytes, length));
    }
}
