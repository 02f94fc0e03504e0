package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Recorded logs of real receivers, read by a tracker process, sealed, sent over TLS, stored, and
 * printed again: compared with what gpsd made of the same logs. They lie beside the checkout in
 * {@code ../shared/data/nmea}; elsewhere one line says that they were left out.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReceiverLogsTest {
    private static final double DEGREES_MAX = 1e-6;
    private static final Duration TIME_MAX = Duration.ofMillis(10);

    /** The years that this receiver reports after the week roll-over are refused, on purpose. */
    private static final String ROLLED_OVER = "april6_2019.log";

    /** gpsd corrects this date; here a position is dated as its RMC says. */
    private static final String DATED_AS_ITS_RMC_SAYS = "tcp-torture.log";

    private static final Map<Instant, Place> AS_ITS_RMC_SAYS =
            Map.of(Instant.parse("2007-12-23T19:32:21Z"), new Place(20.6287983, -87.06808));

    /**
     * gpsd waits for a GLL that this receiver leaves out once, and reports nothing of that second,
     * whose RMC, GGA and GSA are all there and valid.
     */
    private static final Map<String, Instant> NOT_REPORTED_BY_GPSD =
            Map.of("gp-320fw-2019-03-28.log", Instant.parse("2019-03-28T16:45:19.990Z"));

    @TempDir Path folder;

    /** Where a tracker was. */
    private record Place(double latitudeDeg, double longitudeDeg) {}

    @Test
    void every_valid_position_of_a_real_receiver_arrives_and_none_is_invented() throws Exception {
        Path logs = Checkout.root().resolveSibling("shared/data/nmea");
        if (!Files.isDirectory(logs)) {
            System.out.println("Left out: receiver logs (there is no ../shared/data/nmea)");
            return;
        }
        try (var server = ServerProcess.start(folder)) {
            server.run("fleet", "create", "logs");
            for (Path log : receiverLogs(logs)) {
                String name =
                        log.getFileName()
                                .toString()
                                .replaceAll("\\.log$", "")
                                .replaceAll("[^a-z0-9-]", "-")
                                .toLowerCase(java.util.Locale.ROOT);
                assertArrives(
                        server, log, "logs." + name.substring(0, Math.min(32, name.length())));
            }
        }
    }

    private void assertArrives(ServerProcess server, Path log, String tracker) throws Exception {
        Path state = folder.resolve(tracker);
        server.enrol(tracker, state);

        Process run =
                ServerProcess.outrider(
                                "tracker",
                                "run",
                                "--state",
                                state.toString(),
                                "--nmea",
                                log.toString(),
                                "--pace",
                                "fast")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(tracker + ".out").toFile())
                        .start();
        assertThat(run.waitFor(60, TimeUnit.SECONDS)).as(tracker + " ends by itself").isTrue();
        assertThat(run.exitValue()).as(Files.readString(folder.resolve(tracker + ".out"))).isZero();

        NavigableMap<Instant, Place> stored =
                stored(server.run("positions", tracker, "--format", "json"));
        String name = log.getFileName().toString();
        Map<Instant, Place> expected =
                switch (name) {
                    case ROLLED_OVER -> Map.of();
                    case DATED_AS_ITS_RMC_SAYS -> AS_ITS_RMC_SAYS;
                    default -> expected(log);
                };
        if (NOT_REPORTED_BY_GPSD.containsKey(name)) {
            assertThat(stored.remove(NOT_REPORTED_BY_GPSD.get(name))).isNotNull();
        }
        System.out.printf(
                "%-36s %4d positions stored, %4d in gpsd's check file%n",
                tracker, stored.size(), expected.size());
        assertThat(near(stored, expected)).as(tracker + ": invented").isEmpty();
        assertThat(near(expected, stored)).as(tracker + ": missing").isEmpty();
    }

    /** Logs that have RMC with GGA, in the order of their names. */
    private static java.util.List<Path> receiverLogs(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
    }

    private static NavigableMap<Instant, Place> stored(String json) {
        var places = new TreeMap<Instant, Place>();
        for (JsonNode row : ControlServer.JSON.readTree(json)) {
            places.put(
                    Instant.parse(row.path("time").asString()),
                    new Place(
                            row.path("latitudeDeg").asDouble(),
                            row.path("longitudeDeg").asDouble()));
        }
        return places;
    }

    private static Map<Instant, Place> expected(Path log) throws IOException {
        var places = new TreeMap<Instant, Place>();
        for (String line :
                Files.readAllLines(
                        log.resolveSibling(log.getFileName() + ".chk"),
                        StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("{\"class\":\"TPV\"")) {
                JsonNode row = ControlServer.JSON.readTree(line);
                if (row.path("mode").asInt() >= 2 && row.has("time") && row.has("lat")) {
                    places.put(
                            Instant.parse(row.path("time").asString()),
                            new Place(row.path("lat").asDouble(), row.path("lon").asDouble()));
                }
            }
        }
        return places;
    }

    /** Those of the first that have no counterpart in the second. */
    private static Map<Instant, Place> near(Map<Instant, Place> these, Map<Instant, Place> those) {
        var alone = new TreeMap<>(these);
        alone.entrySet()
                .removeIf(entry ->
                        those.entrySet().stream()
                                .anyMatch(other ->
                                        isClose(entry.getKey(), other.getKey())
                                                && isClose(entry.getValue(), other.getValue())));
        return alone;
    }

    private static boolean isClose(Instant a, Instant b) {
        return Duration.between(a, b).abs().compareTo(TIME_MAX) <= 0;
    }

    private static boolean isClose(Place a, Place b) {
        return Math.abs(a.latitudeDeg - b.latitudeDeg) <= DEGREES_MAX
                && Math.abs(a.longitudeDeg - b.longitudeDeg) <= DEGREES_MAX;
    }
}
