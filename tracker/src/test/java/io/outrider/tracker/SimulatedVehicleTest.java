package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SimulatedVehicleTest {
    private static final Instant START = Instant.parse("2026-11-22T23:00:00Z");

    @Test
    void every_moment_is_a_complete_position_on_land_at_a_plausible_speed() {
        for (long seed = 0; seed < 3; seed++) {
            List<Position> drive = drive(seed, 3_600);

            assertThat(drive).hasSize(3_600);
            int moving = 0;
            for (int i = 0; i < drive.size(); i++) {
                Position position = drive.get(i);
                assertThat(position.time()).isEqualTo(START.plusSeconds(i));
                assertThat(position.latitudeDeg()).isBetween(49.0, 50.6);
                assertThat(position.longitudeDeg()).isBetween(8.9, 11.1);
                assertThat(position.speedMmPerS()).isBetween(0, 36_000);
                assertThat(position.courseCentideg()).isNotNull();
                assertThat(position.altitudeMm()).isNotNull();
                assertThat(position.satellites()).isBetween(6, 14);
                moving += speed(position) > 1_000 ? 1 : 0;
                if (i > 0) {
                    assertThat(metres(drive.get(i - 1), position)).isLessThan(42);
                    assertThat(Math.abs(speed(position) - speed(drive.get(i - 1))))
                            .isLessThan(2_700);
                }
            }
            assertThat(moving).isBetween(1_500, 3_595);
        }
    }

    @Test
    void the_same_seed_is_the_same_drive_and_another_is_another() {
        assertThat(drive(7, 100)).isEqualTo(drive(7, 100)).isNotEqualTo(drive(8, 100));
    }

    private static List<Position> drive(long seed, int count) {
        List<Position> positions = new ArrayList<>();
        NmeaReader reader = NmeaReader.replayed(positions::add);
        SimulatedVehicle vehicle = SimulatedVehicle.at(seed, START, Duration.ofSeconds(1));
        for (int i = 0; i < count; i++) {
            reader.accept(vehicle.next());
        }
        reader.end();
        assertThat(reader.counts().refused()).isEmpty();
        return positions;
    }

    private static int speed(Position position) {
        return Objects.requireNonNull(position.speedMmPerS());
    }

    private static double metres(Position a, Position b) {
        double north = (b.latitudeDeg() - a.latitudeDeg()) * 111_320;
        double east =
                (b.longitudeDeg() - a.longitudeDeg())
                        * 111_320
                        * Math.cos(Math.toRadians(a.latitudeDeg()));
        return Math.hypot(north, east);
    }
}
