package io.outrider.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.dashboard.FleetSource.Member;
import io.outrider.position.Position;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a signed-in browser is told, over real TLS. */
@Timeout(120)
class DashboardLiveTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir Path directory;
    private TestDashboard it;
    private Member truck;
    private Member van;
    private String session;

    @BeforeEach
    void start() throws Exception {
        it = new TestDashboard(directory);
        truck = it.fleet.add("acme.truck-1");
        van = it.fleet.add("acme.van-2");
        session = it.setUp();
        awaitMembers("van-2");
    }

    @AfterEach
    void stop() throws Exception {
        it.close();
    }

    @Test
    void every_tracker_is_told_with_every_digit_that_its_receiver_gave() throws Exception {
        it.fleet.report(truck, complete(NOON), NOON.plusMillis(250));

        String json = it.get("/api/vehicles", session).body();

        assertThat(json.replaceFirst("\"cursor\":\"[0-9a-f]{16}-\\d+\"", "\"cursor\":\"C\""))
                .isEqualTo(
                        """
                        {"now":"2026-11-22T12:00:00Z","cursor":"C","vehicles":[\
                        {"fleet":"acme","tracker":"truck-1",\
                        "receivedAt":"2026-11-22T12:00:00.250Z","position":{\
                        "time":"2026-11-22T12:00:00Z",\
                        "latitudeDeg":48.1374300,"longitudeDeg":-0.0000001,\
                        "speedMps":13.889,"courseDeg":359.99,"altitudeM":-0.400,\
                        "fixQuality":4,"satellites":12,"hdop":0.85}},\
                        {"fleet":"acme","tracker":"van-2","receivedAt":null,"position":null}]}\
                        """);
    }

    @Test
    void the_track_of_a_day_has_late_positions_in_their_place() throws Exception {
        for (int minute : List.of(0, 2, 1)) {
            it.fleet.report(truck, at(NOON.plus(Duration.ofMinutes(minute)), minute), NOON);
        }
        it.fleet.report(truck, at(NOON.minus(Duration.ofDays(1)), 7), NOON);

        String today = it.get("/api/vehicles/acme/truck-1/track", session).body();
        String none = it.get("/api/vehicles/acme/van-2/track?day=2026-11-22", session).body();

        assertThat(today)
                .startsWith(
                        """
                        {"fleet":"acme","tracker":"truck-1","day":"2026-11-22","zone":"UTC",\
                        "count":3,"points":[{"time":"2026-11-22T12:00:00Z"\
                        """)
                .containsSubsequence("12:00:00Z", "12:01:00Z", "12:02:00Z")
                .doesNotContain("2026-11-21");
        assertThat(none).contains("\"count\":0,\"points\":[]");
    }

    @Test
    void a_day_begins_at_midnight_of_its_time_zone() throws Exception {
        it.fleet.report(truck, at(Instant.parse("2026-11-21T23:30:00Z"), 1), NOON);
        String path = "/api/vehicles/acme/truck-1/track?day=2026-11-22&zone=";

        assertThat(it.get(path + "Europe/Berlin", session).body()).contains("\"count\":1");
        assertThat(it.get(path + "UTC", session).body()).contains("\"count\":0");
        assertThat(it.get(path + "Nowhere", session).statusCode()).isEqualTo(400);
        assertThat(it.get(path.replace("2026-11-22", "22"), session).statusCode()).isEqualTo(400);
        assertThat(it.get("/api/vehicles/acme/none/track", session).statusCode()).isEqualTo(404);
        assertThat(it.get("/api/vehicles/ACME/truck-1/track", session).statusCode()).isEqualTo(404);
    }

    @Test
    void a_stream_tells_what_changed_and_goes_on_where_it_was() throws Exception {
        it.fleet.report(truck, at(NOON, 1), NOON);
        String cursor = cursor();
        it.fleet.report(van, at(NOON, 2), NOON);

        String mark;
        try (var stream = open("/api/live?after=" + cursor)) {
            Event event = stream.next("vehicles");
            assertThat(event.data()).contains("van-2").doesNotContain("truck-1");
            mark = stream.next("mark").id();
        }
        it.fleet.report(truck, at(NOON.plusSeconds(1), 3), NOON);

        try (var stream = open("/api/live?after=" + mark)) {
            assertThat(stream.next("vehicles").data())
                    .contains("truck-1", "12:00:01Z")
                    .doesNotContain("van-2");
        }
        try (var stream = open("/api/live?after=0123456789abcdef-9")) {
            assertThat(stream.next("vehicles").data()).contains("truck-1", "van-2");
        }
    }

    @Test
    void a_late_position_does_not_move_a_vehicle_back() throws Exception {
        it.fleet.report(truck, at(NOON, 1), NOON);
        String cursor = cursor();

        it.fleet.report(truck, at(NOON.minusSeconds(60), 2), NOON);

        assertThat(cursor()).isEqualTo(cursor);
    }

    @Test
    void a_slow_browser_gets_the_newest_and_not_all_that_it_missed() throws Exception {
        String cursor = cursor();
        for (int i = 0; i < 50_000; i++) {
            it.fleet.report(truck, at(NOON.plusMillis(i), i), NOON);
        }

        try (var stream = open("/api/live?after=" + cursor)) {
            String data = stream.next("vehicles").data();
            assertThat(data).contains("12:00:49.999Z");
            assertThat(data.split("truck-1", -1)).hasSize(2);
        }
    }

    @Test
    void a_stream_ends_within_seconds_of_its_session() throws Exception {
        try (var stream = open("/api/live?after=" + cursor())) {
            stream.next("beat");

            it.post("/api/logout", "", session);

            stream.next("end");
            assertThat(stream.isAtEnd()).isTrue();
        }
        assertThat(it.get("/api/live", session).statusCode()).isEqualTo(401);
    }

    @Test
    void a_stream_says_that_trackers_came_or_went() throws Exception {
        try (var stream = open("/api/live?after=" + cursor())) {
            it.fleet.remove(van);
            Member bus = it.fleet.add("acme.bus-3");

            stream.next("fleet");
            awaitMembers("bus-3"); // the fleet may have been asked between the two
            it.fleet.report(van, at(NOON, 1), NOON);
            it.fleet.report(bus, at(NOON, 2), NOON);

            assertThat(stream.next("vehicles").data()).contains("bus-3").doesNotContain("van-2");
        }
        assertThat(it.get("/api/vehicles", session).body()).doesNotContain("van-2");
    }

    @Test
    void one_who_has_the_name_now_shows_nothing_of_the_one_before() throws Exception {
        it.fleet.report(van, at(NOON, 1), NOON);
        it.fleet.remove(van);
        it.fleet.add("acme.van-2");
        awaitMembers("\"van-2\",\"receivedAt\":null");

        assertThat(it.get("/api/vehicles/acme/van-2/track", session).body())
                .contains("\"count\":0");
    }

    @Test
    void closing_ends_the_streams() throws Exception {
        try (var stream = open("/api/live?after=" + cursor())) {
            stream.next("beat");

            it.dashboard.close();

            assertThat(stream.isAtEnd()).isTrue();
        }
    }

    private String cursor() throws IOException, InterruptedException {
        String json = it.get("/api/vehicles", session).body();
        int from = json.indexOf("\"cursor\":\"") + 10;
        return json.substring(from, json.indexOf('"', from));
    }

    private void awaitMembers(String text) throws IOException, InterruptedException {
        while (!it.get("/api/vehicles", session).body().contains(text)) {
            Thread.sleep(50);
        }
    }

    private static Position at(Instant time, int east) {
        return Position.of(time, 481_374_300, east);
    }

    private static Position complete(Instant time) {
        return new Position(time, 481_374_300, -1, 13_889, 35_999, -400, 4, 12, 85);
    }

    private Stream open(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = it.stream(path, session);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/event-stream");
        return new Stream(response.body());
    }

    private record Event(String name, String id, String data) {}

    /** Server-sent events, read as they come. */
    private static final class Stream implements AutoCloseable {
        private final BufferedReader in;

        Stream(InputStream in) {
            this.in = new BufferedReader(new InputStreamReader(in, UTF_8));
        }

        Event next(String name) throws IOException {
            var seen = new ArrayList<String>();
            for (Event event = read(); ; event = read()) {
                if (event.name().equals(name)) {
                    return event;
                }
                seen.add(event.name());
                assertThat(seen.size()).as("events before " + name + ": " + seen).isLessThan(50);
            }
        }

        boolean isAtEnd() {
            try {
                return in.readLine() == null;
            } catch (IOException e) {
                return true; // cut off
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        private Event read() throws IOException {
            var event = new Event("", "", "");
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(": ");
                String value = line.substring(colon + 2);
                event =
                        switch (line.substring(0, colon)) {
                            case "event" -> new Event(value, event.id(), event.data());
                            case "id" -> new Event(event.name(), value, event.data());
                            case "data" -> new Event(event.name(), event.id(), value);
                            default -> event;
                        };
            }
            return event;
        }

        private String line() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("the stream ended");
            }
            return line;
        }
    }
}
