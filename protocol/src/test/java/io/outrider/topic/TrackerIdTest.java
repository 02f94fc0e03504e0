package io.outrider.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackerIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "A",
                "a.b",
                "a/b",
                "a+b",
                "a#b",
                "a_b",
                "a b",
                "a\n",
                "\na",
                "ä",
                "a\u0000",
                "\u0430",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void what_is_no_name_names_nothing(String name) {
        assertThat(TrackerId.isName(name)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new TrackerId(name, "van-17"));
        assertThatIllegalArgumentException().isThrownBy(() -> new TrackerId("north", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "-", "van-17", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void letters_digits_and_hyphens_up_to_32_are_a_name(String name) {
        assertThat(TrackerId.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "north",
                "north.",
                ".van-17",
                "north.van-17.",
                "north.van.17",
                "north/van-17",
                "North.van-17",
                "north.van-17\n",
                " north.van-17"
            })
    void any_other_shape_is_no_tracker(String text) {
        assertThat(TrackerId.parse(text)).isEmpty();
    }

    @Test
    void a_tracker_is_read_as_it_is_written() {
        var id = new TrackerId("north", "van-17");

        assertThat(id).hasToString("north.van-17");
        assertThat(TrackerId.parse("north.van-17")).contains(id);
        assertThat(id.topic(Channel.REPORT)).isEqualTo("o1/north/van-17/report");
        assertThat(id.uri("demo.example"))
                .isEqualTo("spiffe://demo.example/fleet/north/tracker/van-17");
    }

    @Test
    void trackers_are_ordered_by_fleet_then_name() {
        assertThat(new TrackerId("a", "z")).isLessThan(new TrackerId("b", "a"));
        assertThat(new TrackerId("a", "a")).isLessThan(new TrackerId("a", "b"));
    }
}
