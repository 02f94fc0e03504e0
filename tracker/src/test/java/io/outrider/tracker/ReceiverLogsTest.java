package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.outrider.position.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Logs of real receivers, each with what gpsd made of it beside it ({@code .log.chk}): every valid
 * position arrives, none is invented.
 */
class ReceiverLogsTest {
    private static final Path LOGS = Path.of("../../shared/data/nmea");
    private static final ObjectMapper JSON = new JsonMapper();

    /**
     * Where this reader forms a position on purpose and gpsd reports none. This receiver leaves
     * out, that once, the GLL with which it usually ends a second, and gpsd waits for it until it
     * is too late; RMC, GGA and GSA of that second are all there and valid.
     */
    private static final Map<String, Instant> NOT_REPORTED_BY_GPSD =
            Map.of("gp-320fw-2019-03-28.log", Instant.parse("2019-03-28T16:45:19.990Z"));

    private record Place(double latitudeDeg, double longitudeDeg) {}

    private static boolean present;

    @BeforeAll
    static void logs_are_there_or_one_line_says_that_they_are_not() {
        present = Files.isDirectory(LOGS);
        if (!present) {
            System.out.println("left out: receiver logs, as there is no ../shared/data/nmea");
        }
    }

    @TestFactory
    Stream<DynamicTest> each_log_gives_the_positions_that_gpsd_finds_in_it() throws IOException {
        if (!present) {
            return Stream.empty();
        }
        List<Path> logs;
        try (Stream<Path> files = Files.list(LOGS)) {
            logs = files.filter(path -> path.toString().endsWith(".log")).sorted().toList();
        }
        return logs.stream()
                .filter(log -> !log.endsWith("april6_2019.log"))
                .filter(log -> !log.endsWith("tcp-torture.log"))
                .map(log -> DynamicTest.dynamicTest(log.toString(), () -> assertAsGpsd(log)));
    }

    @Test
    void a_receiver_after_its_roll_over_gives_refusals_and_no_position() throws IOException {
        if (!present) {
            return;
        }
        List<Position> positions = new ArrayList<>();

        NmeaCounts counts = read(LOGS.resolve("april6_2019.log"), positions);

        assertThat(positions).isEmpty();
        assertThat(counts.refused(NmeaRefusal.ROLL_OVER)).isEqualTo(2);
        assertThat(counts.refused(NmeaRefusal.EMPTY_FIX)).isEqualTo(1);
    }

    @Test
    void a_position_is_dated_as_its_rmc_says_where_gpsd_corrects_the_date() throws IOException {
        if (!present) {
            return;
        }
        List<Position> positions = new ArrayList<>();

        NmeaCounts counts = read(LOGS.resolve("tcp-torture.log"), positions);

        assertThat(positions).hasSize(1);
        assertThat(positions.getFirst().time()).isEqualTo("2007-12-23T19:32:21Z");
        assertThat(positions.getFirst().latitudeE7()).isEqualTo(206_287_983);
        assertThat(positions.getFirst().longitudeE7()).isEqualTo(-870_680_800);
        // An even number of foreign bytes of one kind leaves the checksum right, not the fields.
        assertThat(counts.refused(NmeaRefusal.MALFORMED_FIELD)).isEqualTo(1);
    }

    private static void assertAsGpsd(Path log) throws IOException {
        List<Position> positions = new ArrayList<>();
        read(log, positions);
        NavigableMap<Instant, Place> expected = placesByTime(log);

        assertThat(expected).isNotEmpty();
        NavigableMap<Instant, Position> found = new TreeMap<>();
        for (Position position : positions) {
            assertThat(found.put(position.time(), position)).as("two positions at once").isNull();
        }
        Instant unreported = NOT_REPORTED_BY_GPSD.get(log.getFileName().toString());
        if (unreported != null) {
            assertThat(found.remove(unreported)).isNotNull();
        }
        assertThat(found).hasSameSizeAs(expected);
        for (var entry : expected.entrySet()) {
            Position position = nearest(found, entry.getKey());
            assertThat(position.latitudeDeg())
                    .isCloseTo(entry.getValue().latitudeDeg(), within(1e-6));
            assertThat(position.longitudeDeg())
                    .isCloseTo(entry.getValue().longitudeDeg(), within(1e-6));
        }
    }

    private static Position nearest(NavigableMap<Instant, Position> found, Instant time) {
        var near = found.floorEntry(time.plusMillis(10));
        assertThat(near).as("position at %s", time).isNotNull();
        assertThat(Duration.between(time, near.getKey()).abs())
                .as("position at %s", time)
                .isLessThanOrEqualTo(Duration.ofMillis(10));
        return near.getValue();
    }

    private static NmeaCounts read(Path log, List<Position> positions) throws IOException {
        NmeaReader reader = NmeaReader.replayed(positions::add);
        byte[] bytes = Files.readAllBytes(log);
        reader.accept(bytes, 0, bytes.length);
        reader.end();
        return reader.counts();
    }

    private static NavigableMap<Instant, Place> placesByTime(Path log) throws IOException {
        TreeMap<Instant, Place> places = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of(log + ".chk"))) {
            if (!line.startsWith("{\"class\":\"TPV\"")) {
                continue;
            }
            JsonNode tpv = JSON.readTree(line);
            if (tpv.path("mode").asInt() >= 2 && tpv.has("time")) {
                places.put(
                        Instant.parse(tpv.path("time").asString()),
                        new Place(tpv.path("lat").asDouble(), tpv.path("lon").asDouble()));
            }
        }
        return places;
    }
}
