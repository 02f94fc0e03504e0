package io.outrider.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpanTest {
    private static final Span TEN_TO_19 = new Span(10, 10);

    @Test
    void spans_that_touch_do_not_overlap() {
        assertThat(TEN_TO_19.overlaps(new Span(9, 1))).isFalse();
        assertThat(TEN_TO_19.overlaps(new Span(20, 1))).isFalse();
        assertThat(TEN_TO_19.overlaps(new Span(9, 2))).isTrue();
        assertThat(TEN_TO_19.overlaps(new Span(19, 1))).isTrue();
    }

    @Test
    void what_is_taken_leaves_what_is_before_between_and_after() {
        assertThat(TEN_TO_19.without(List.of(new Span(17, 2), new Span(12, 3))))
                .containsExactly(new Span(10, 2), new Span(15, 2), new Span(19, 1));
    }

    @Test
    void nothing_is_left_where_all_is_taken() {
        assertThat(TEN_TO_19.without(List.of(new Span(0, 100)))).isEmpty();
        assertThat(TEN_TO_19.without(List.of(TEN_TO_19))).isEmpty();
    }

    @Test
    void all_is_left_where_nothing_is_taken() {
        assertThat(TEN_TO_19.without(List.of())).containsExactly(TEN_TO_19);
        assertThat(TEN_TO_19.without(List.of(new Span(20, 5)))).containsExactly(TEN_TO_19);
    }
}
