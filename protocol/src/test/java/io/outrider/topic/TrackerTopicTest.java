package io.outrider.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackerTopicTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "///",
                "o1",
                "o1/north/van-17",
                "o1/north/van-17/",
                "o1/north/van-17/report/",
                "/o1/north/van-17/report",
                "o1/north/van-17/report/more",
                "o2/north/van-17/report",
                "O1/north/van-17/report",
                "o1/north/van-17/REPORT",
                "o1/north/van-17/position",
                "o1//van-17/report",
                "o1/north//report",
                "o1/north/van.17/report",
                "o1/north/van_17/report",
                "o1/north/Van-17/report",
                "o1/north/van 17/report",
                "o1/north/van-17/report\n",
                "o1/north/van-17\n/report",
                "o1/north/väñ/report",
                "o1/north/van-17/report\u0000",
                "#",
                "o1/#",
                "o1/north/van-17/#",
                "o1/north/+/report",
                "o1/+/van-17/report",
                "+/north/van-17/report",
                "o1/north/van-17/+",
                "$share/group/o1/north/van-17/down",
                "$SYS/broker",
                "o1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/van-17/report",
                "o1/north/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/report"
            })
    void any_other_shape_is_no_topic_of_a_tracker(String topic) {
        assertThat(TrackerTopic.parse(topic)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_topic_is_read_as_it_is_written(Channel channel) {
        var topic = new TrackerTopic(new TrackerId("north", "van-17"), channel);

        assertThat(topic).hasToString("o1/north/van-17/" + channel.topicLevel());
        assertThat(TrackerTopic.parse(topic.toString())).contains(topic);
    }

    @Test
    void names_of_32_letters_fit() {
        String longest = "a".repeat(32);

        assertThat(TrackerTopic.parse("o1/" + longest + "/" + longest + "/down")).isPresent();
    }
}
