package io.outrider.fuzz;

import static io.outrider.fuzz.Target.require;

import io.outrider.position.MalformedRun;
import io.outrider.position.Position;
import io.outrider.position.RunCodec;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import io.outrider.topic.TrackerTopic;
import io.outrider.tracker.NmeaReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;

/** Topics, runs of positions, and what a receiver says to a tracker. */
final class ProtocolTargets {
    static final Map<String, Target> ALL =
            Map.of(
                    "topic", ProtocolTargets::topic,
                    "run", ProtocolTargets::run,
                    "nmea", ProtocolTargets::nmea,
                    "nmea-sentences", ProtocolTargets::sentences);

    /** Those of the vectors. */
    private static final long NEXT_SEQUENCE = 70_000;

    private static final long TIME_BASE_MS = 1_795_334_400_000L;

    private ProtocolTargets() {}

    /** A text is read as what prints the same, and a filter covers itself. */
    private static void topic(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        TrackerTopic.parse(text)
                .ifPresent(topic -> {
                    require(topic.toString().equals(text), "one spelling of a topic");
                    require(TopicFilter.parse(text).isPresent(), "a topic is a filter");
                });
        TrackerId.parse(text)
                .ifPresent(id -> require(id.toString().equals(text), "one spelling of a name"));
        TopicFilter.parse(text)
                .ifPresent(filter -> {
                    require(filter.toString().equals(text), "one spelling of a filter");
                    require(filter.covers(filter), "a filter covers itself");
                    require(
                            filter.hasWildcard() || filter.matches(text),
                            "a filter without wildcards matches itself");
                });
    }

    /** What is read is written again byte by byte. */
    private static void run(byte[] data) {
        try {
            var run = RunCodec.decode(data, NEXT_SEQUENCE, TIME_BASE_MS);
            require(
                    Arrays.equals(RunCodec.encode(run, NEXT_SEQUENCE, TIME_BASE_MS), data),
                    "one form of a run");
        } catch (MalformedRun e) {
            require(!String.valueOf(e.getMessage()).isEmpty(), "a refusal says why");
        }
    }

    /** The same positions come out however the bytes are cut. */
    private static void nmea(byte[] data) {
        var whole = new ArrayList<Position>();
        NmeaReader once = NmeaReader.replayed(whole::add);
        once.accept(data, 0, data.length);
        once.end();
        var pieces = new ArrayList<Position>();
        NmeaReader cut = NmeaReader.replayed(pieces::add);
        for (int i = 0; i < data.length; i++) {
            cut.accept(data, i, 1);
        }
        cut.end();
        require(whole.equals(pieces), "the cuts between bytes mean nothing");
    }

    /** Each line becomes a sentence with a right checksum, which no fuzzer finds. */
    private static void sentences(byte[] data) {
        var framed = new StringBuilder();
        for (String body : new String(data, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            framed.append(
                    "$%s*%02X\r\n"
                            .formatted(body, body.chars().reduce(0, (sum, next) -> sum ^ next)));
        }
        nmea(framed.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
}
