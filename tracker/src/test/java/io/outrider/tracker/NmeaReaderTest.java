package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NmeaReaderTest {
    private static final String RMC =
            line("GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A");
    private static final String GGA =
            line("GPGGA,120000.00,4807.0380,N,01131.0000,E,1,08,0.9,545.4,M,46.9,M,,");

    private final List<Position> positions = new ArrayList<>();
    private final NmeaReader reader = NmeaReader.replayed(positions::add);

    @Test
    void a_wrong_checksum_is_counted_and_no_position() {
        read(RMC.replace("4807", "4808"));

        assertRefused(Map.of(NmeaRefusal.WRONG_CHECKSUM, 1L));
    }

    @Test
    void a_sentence_without_checksum_is_half_a_sentence() {
        read(RMC.substring(0, RMC.indexOf('*')) + "\r\n");

        assertRefused(Map.of(NmeaRefusal.HALF_SENTENCE, 1L));
    }

    @Test
    void a_sentence_that_interrupts_another_costs_only_the_other() {
        read(RMC.substring(0, 30) + RMC);

        assertThat(positions).hasSize(1);
        assertThat(reader.counts().refused()).isEqualTo(Map.of(NmeaRefusal.HALF_SENTENCE, 1L));
    }

    @Test
    void a_void_rmc_makes_no_position_even_beside_a_valid_gga() {
        read(GGA + line("GPRMC,120000.00,V,4807.0380,N,01131.0000,E,,,230326,,,N"));

        assertRefused(Map.of(NmeaRefusal.EMPTY_FIX, 1L));
    }

    @Test
    void a_valid_rmc_beside_a_gga_without_fix_makes_no_position() {
        read(RMC + line("GPGGA,120000.00,,,,,0,00,,,M,,M,,"));

        assertRefused(Map.of(NmeaRefusal.EMPTY_FIX, 1L));
    }

    @Test
    void a_mode_of_not_valid_makes_a_status_of_valid_void() {
        read(line("GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,N"));

        assertRefused(Map.of(NmeaRefusal.EMPTY_FIX, 1L));
    }

    @Test
    void a_gga_without_an_rmc_has_no_date() {
        read(GGA);

        assertRefused(Map.of(NmeaRefusal.NO_DATE, 1L));
    }

    @Test
    void a_replayed_date_before_2000_is_a_roll_over_and_the_first_of_2000_is_not() {
        read(line("GPRMC,235959.99,A,4807.0380,N,01131.0000,E,22.4,84.4,311299,,,A"));
        assertRefused(Map.of(NmeaRefusal.ROLL_OVER, 1L));

        read(line("GPRMC,000000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,010100,,,A"));
        assertThat(positions).hasSize(1);
    }

    @Test
    void a_live_date_before_the_build_is_a_roll_over_and_the_day_of_the_build_is_not() {
        List<Position> live = new ArrayList<>();

        NmeaReader late = NmeaReader.live(LocalDate.of(2026, 3, 24), live::add);
        late.accept(RMC);
        late.end();
        assertThat(live).isEmpty();
        assertThat(late.counts().refused(NmeaRefusal.ROLL_OVER)).isEqualTo(1);

        NmeaReader inTime = NmeaReader.live(LocalDate.of(2026, 3, 23), live::add);
        inTime.accept(RMC);
        inTime.end();
        assertThat(live).hasSize(1);
    }

    @Test
    void a_year_of_minus_one_is_a_roll_over() {
        read(line("GPRMC,000231.099,A,4829.0005,N,00022.0015,E,0.15,212.28,2208-1,,,A"));

        assertRefused(Map.of(NmeaRefusal.ROLL_OVER, 1L));
    }

    @Test
    void malformed_fields_are_counted() {
        String[] bodies = {
            "GPRMC,120000.00,A,4860.0000,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,9000.0001,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,E,01131.0000,N,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N,18000.0001,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N,1131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,,,,,22.4,84.4,230326,,,A",
            "GPRMC,240000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,126000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120061.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,310226,,,A",
            "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,,,,A",
            "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,-1,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,360.1,230326,,,A",
            "GPRMC,120000.00,X,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,NaN,230326,,,A",
            "GPRMC,120000.00,A,4807.0380,N",
        };

        for (String body : bodies) {
            read(line(body));
        }

        assertRefused(Map.of(NmeaRefusal.MALFORMED_FIELD, (long) bodies.length));
    }

    @Test
    void garmins_proprietary_pgrmc_is_no_rmc() {
        read(line("PGRMC,A,218.8,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,1,1,4,30"));

        assertRefused(Map.of());
    }

    @Test
    void a_sentence_in_a_comment_is_a_comment() {
        read("# " + RMC);

        assertRefused(Map.of(NmeaRefusal.COMMENT, 1L));
    }

    @Test
    void a_line_at_the_limit_is_read_and_one_byte_more_is_not() {
        String body = "GPRMC,120000.00,A,4807.0380,N,01131.0000,E,22.4,84.4,230326,,,A,";
        int room = NmeaFramer.SENTENCE_BYTES_MAX - body.length() - 3;

        read(line(body + "V".repeat(room + 1)));
        assertRefused(Map.of(NmeaRefusal.TOO_LONG, 1L));

        read(line(body + "V".repeat(room)));
        assertThat(positions).hasSize(1);
    }

    @Test
    void whatever_bytes_come_the_next_sentence_is_read_and_nothing_is_invented() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            reader.accept(noise, 0, noise.length);
            reader.accept("\n" + line(time("GPRMC,%s,A,4807.0380,N,01131.0000,E,,,230326,,,A", i)));
        }
        reader.end();

        assertThat(positions).hasSize(300);
    }

    @Test
    void one_moment_is_one_position_with_all_that_its_sentences_say() {
        read(
                GGA
                        + line("GPGSA,A,3,10,28,09,13,,,,,,,,,3.4,1.7,3.0")
                        + line("GPRMC,120000.00,A,4807.0380,N,01131.0000,E,,,230326,,,A")
                        + line("GPVTG,84.4,T,,M,22.4,N,41.5,K,A"));

        assertThat(positions)
                .containsExactly(
                        new Position(
                                Instant.parse("2026-03-23T12:00:00Z"),
                                481_173_000,
                                115_166_667,
                                11_524,
                                8_440,
                                545_400,
                                1,
                                8,
                                90));
    }

    @Test
    void the_ggas_of_two_systems_are_one_position_with_the_satellites_of_both() {
        String glonass = line("GLGGA,120000.00,4807.0380,N,01131.0000,E,1,03,0.9,545.4,M,46.9,M,,");

        read(GGA + glonass + RMC);

        assertThat(positions).hasSize(1);
        assertThat(positions.getFirst().satellites()).isEqualTo(11);
    }

    @Test
    void south_and_west_are_negative_and_the_poles_and_the_date_line_are_places() {
        read(line("GPRMC,120000.00,A,9000.0000,S,18000.0000,W,0,360,230326,,,A"));

        assertThat(positions.getFirst().latitudeE7()).isEqualTo(-900_000_000);
        assertThat(positions.getFirst().longitudeE7()).isEqualTo(-1_800_000_000);
        assertThat(positions.getFirst().courseCentideg()).isZero();
    }

    @Test
    void a_leap_second_is_the_next_second() {
        read(line("GPRMC,235960.50,A,4807.0380,N,01131.0000,E,0,0,311226,,,A"));

        assertThat(positions.getFirst().time()).isEqualTo("2027-01-01T00:00:00.500Z");
    }

    @Test
    void a_moment_is_complete_with_the_sentence_that_ended_the_two_before() {
        for (int i = 0; i < 2; i++) {
            epochGgaFirst(i);
        }
        assertThat(positions).hasSize(1);

        for (int i = 2; i < 5; i++) {
            epochGgaFirst(i);
            assertThat(positions).hasSize(i + 1);
            assertThat(positions.getLast().altitudeMm()).isEqualTo(545_400);
        }
    }

    @Test
    void a_moment_that_begins_with_rmc_waits_for_its_gga() {
        for (int i = 0; i < 5; i++) {
            reader.accept(line(time("GNRMC,%s,A,4807.0380,N,01131.0000,E,1,2,230326,,,A", i)));
            reader.accept(
                    line(time("GNGGA,%s,4807.0380,N,01131.0000,E,1,8,0.9,5.4,M,46.9,M,,", i)));
            assertThat(positions).hasSize(i < 2 ? i : i + 1);
        }
        reader.end();

        assertThat(positions).hasSize(5).allMatch(p -> p.altitudeMm() != null);
    }

    @Test
    void silence_completes_a_moment_that_has_its_rmc() {
        reader.accept(GGA);
        reader.quiet();
        assertThat(positions).isEmpty();

        reader.accept(RMC);
        reader.quiet();
        assertThat(positions).hasSize(1);

        reader.accept(GGA);
        reader.end();
        assertThat(positions).hasSize(1);
        assertThat(reader.counts().refused()).isEmpty();
    }

    private void epochGgaFirst(int second) {
        reader.accept(
                line(time("GPGGA,%s,4807.0380,N,01131.0000,E,1,8,0.9,545.4,M,46.9,M,,", second)));
        reader.accept(line(time("GPRMC,%s,A,4807.0380,N,01131.0000,E,1,2,230326,,,A", second)));
        reader.accept(line("GPVTG,2,T,,M,1,N,2,K,A"));
    }

    private void read(String text) {
        reader.accept(text);
        reader.end();
    }

    private void assertRefused(Map<NmeaRefusal, Long> expected) {
        assertThat(positions).isEmpty();
        assertThat(reader.counts().refused()).isEqualTo(expected);
    }

    private static String time(String body, int second) {
        String time = String.format(Locale.ROOT, "12%02d%02d.00", second / 60, second % 60);
        return body.replace("%s", time);
    }

    static String line(String body) {
        int sum = 0;
        for (byte b : body.getBytes(StandardCharsets.US_ASCII)) {
            sum ^= b;
        }
        return String.format(Locale.ROOT, "$%s*%02X\r\n", body, sum);
    }
}
