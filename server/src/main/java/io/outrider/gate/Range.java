package io.outrider.gate;

import java.time.Duration;

/**
 * Says which range a value is not in. Apart from {@link Limits}, whose defaults are not there yet
 * while those of its parts are checked.
 */
final class Range {
    private Range() {}

    static void requireTime(String name, Duration value, long minMs, long maxMs) {
        requireInRange(name, value.toMillis(), minMs, maxMs, " ms");
    }

    static void requireInRange(String name, long value, long min, long max) {
        requireInRange(name, value, min, max, "");
    }

    private static void requireInRange(String name, long value, long min, long max, String unit) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + unit + " is not in " + min + " … " + max + unit);
        }
    }
}
