package io.outrider.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.Position;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ChecksTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final Checks checks = Checks.all();

    @Test
    void a_position_dated_more_than_ten_minutes_after_its_receipt_is_doubted() {
        Verdict verdict = checks.judge(at(NOON.plusSeconds(600).plusMillis(1)), NOON);

        assertThat(verdict.isPlausible()).isFalse();
        assertThat(verdict.doubts()).containsExactly(Doubt.DATED_IN_FUTURE);
        assertThat(verdict.bits()).isEqualTo(1);
    }

    @Test
    void a_position_dated_ten_minutes_after_its_receipt_is_plausible() {
        assertThat(checks.judge(at(NOON.plusSeconds(600)), NOON)).isEqualTo(Verdict.PLAUSIBLE);
    }

    @Test
    void a_position_may_be_as_old_as_it_likes() {
        assertThat(checks.judge(at(Instant.EPOCH), NOON)).isEqualTo(Verdict.PLAUSIBLE);
    }

    @Test
    void a_doubt_that_only_a_newer_program_knows_still_counts_as_one() {
        var verdict = new Verdict(1 << 30);

        assertThat(verdict.isPlausible()).isFalse();
        assertThat(verdict.doubts()).isEmpty();
    }

    private static Position at(Instant time) {
        return Position.of(time, 0, 0);
    }
}
