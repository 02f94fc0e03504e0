package io.outrider.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PositionTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void values_at_the_limits_are_taken() {
        assertThat(RandomPositions.extreme(true).latitudeDeg()).isEqualTo(90.0);
        assertThat(RandomPositions.extreme(false).longitudeDeg()).isEqualTo(-180.0);
    }

    @Test
    void places_beyond_the_limits_are_refused() {
        assertRefused(() -> Position.of(NOON, 900_000_001, 0));
        assertRefused(() -> Position.of(NOON, -900_000_001, 0));
        assertRefused(() -> Position.of(NOON, 0, 1_800_000_001));
        assertRefused(() -> Position.of(NOON, 0, -1_800_000_001));
        assertRefused(() -> Position.of(NOON, Integer.MIN_VALUE, 0));
    }

    @Test
    void times_outside_1970_to_9999_are_refused() {
        assertRefused(() -> Position.of(Instant.EPOCH.minusMillis(1), 0, 0));
        assertRefused(() -> Position.of(Instant.parse("+10000-01-01T00:00:00Z"), 0, 0));
    }

    @Test
    void qualities_beyond_the_limits_are_refused() {
        assertRefused(() -> with(-1, null, null, null, null, null));
        assertRefused(() -> with(10_000_001, null, null, null, null, null));
        assertRefused(() -> with(null, -1, null, null, null, null));
        assertRefused(() -> with(null, 36_000, null, null, null, null));
        assertRefused(() -> with(null, null, -100_000_001, null, null, null));
        assertRefused(() -> with(null, null, 100_000_001, null, null, null));
        assertRefused(() -> with(null, null, null, -1, null, null));
        assertRefused(() -> with(null, null, null, 9, null, null));
        assertRefused(() -> with(null, null, null, null, 256, null));
        assertRefused(() -> with(null, null, null, null, null, 65_536));
    }

    @Test
    void a_time_is_kept_in_whole_milliseconds() {
        assertThat(Position.of(NOON.plusNanos(1_999_999), 0, 0).time())
                .isEqualTo(NOON.plusMillis(1));
    }

    private static Position with(
            @Nullable Integer speed,
            @Nullable Integer course,
            @Nullable Integer altitude,
            @Nullable Integer fix,
            @Nullable Integer satellites,
            @Nullable Integer hdop) {
        return new Position(NOON, 0, 0, speed, course, altitude, fix, satellites, hdop);
    }

    private static void assertRefused(Runnable use) {
        assertThatIllegalArgumentException().isThrownBy(use::run);
    }
}
