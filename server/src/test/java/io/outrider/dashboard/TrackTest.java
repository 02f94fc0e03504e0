package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.Position;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrackTest {

    @Test
    void up_to_the_limit_nothing_is_left_out() {
        assertThat(thinned(4, 0)).isEmpty();
        assertThat(thinned(4, 1)).containsExactly(0);
        assertThat(thinned(4, 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void beyond_it_points_are_evenly_left_out_and_the_ends_stay() {
        assertThat(thinned(4, 5)).containsExactly(0, 2, 4);
        assertThat(thinned(4, 6)).containsExactly(0, 2, 4, 5);
        assertThat(thinned(4, 9)).containsExactly(0, 4, 8);
        assertThat(thinned(4, 1_000_001)).hasSizeBetween(3, 5).startsWith(0).endsWith(1_000_000);
    }

    @Test
    void never_more_than_one_above_the_limit_and_in_order() {
        for (int count = 0; count < 3_000; count++) {
            List<Integer> points = thinned(16, count);
            assertThat(points).hasSizeLessThanOrEqualTo(17).isSorted().doesNotHaveDuplicates();
            if (count > 0) {
                assertThat(points).startsWith(0).endsWith(count - 1);
            }
        }
    }

    private static List<Integer> thinned(int pointsMax, int count) {
        var track = new Track(pointsMax);
        for (int i = 0; i < count; i++) {
            track.add(Position.of(Instant.EPOCH, 0, i));
        }
        assertThat(track.count()).isEqualTo(count);
        return track.points().stream().map(Position::longitudeE7).toList();
    }
}
