package io.outrider.dashboard;

import io.outrider.dashboard.FleetSource.Member;
import io.outrider.position.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Vehicles that drive around Munich, each along its own winding road. */
final class TestDrive {
    private static final double METRES_PER_DEGREE = 111_195;
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final TestFleet fleet;
    private final InstantSource clock;
    private final List<Car> cars = new ArrayList<>();

    TestDrive(TestFleet fleet, int count, InstantSource clock) {
        this.fleet = fleet;
        this.clock = clock;
        var random = new Random(7);
        String[] kinds = {"truck", "van", "tractor", "bus"};
        for (int i = 0; i < count; i++) {
            String name =
                    (i % 3 == 0 ? "north" : "south")
                            + "."
                            + kinds[i % kinds.length]
                            + "-"
                            + (i + 1);
            cars.add(new Car(fleet.add(name), random, i % 4 == 3));
        }
    }

    /** Reports what was driven before now, a position every ten seconds. */
    void past(Instant now, Duration howLong) {
        for (Car car : cars) {
            for (Instant at = now.minus(howLong); at.isBefore(now); at = at.plusSeconds(10)) {
                car.drive(10);
                fleet.report(car.member, car.at(at), at.plusMillis(180));
            }
        }
    }

    /** Drives on, until closed. */
    Running start() {
        Thread thread = Thread.ofVirtual().start(this::drive);
        return thread::interrupt;
    }

    interface Running extends AutoCloseable {
        @Override
        void close();
    }

    private void drive() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                for (Car car : cars) {
                    car.drive(EVERY.toMillis() / 1000.0);
                    Instant now = clock.instant();
                    fleet.report(car.member, car.at(now), now);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static final class Car {
        private final Member member;
        private final Random random;
        private final boolean parked;
        private final double speedMps;
        private double latitudeDeg;
        private double longitudeDeg;
        private double courseDeg;

        Car(Member member, Random random, boolean parked) {
            this.member = member;
            this.random = random;
            this.parked = parked;
            speedMps = parked ? 0 : 8 + random.nextDouble() * 18;
            latitudeDeg = 48.14 + random.nextGaussian() * 0.25;
            longitudeDeg = 11.57 + random.nextGaussian() * 0.4;
            courseDeg = random.nextDouble() * 360;
        }

        void drive(double seconds) {
            courseDeg = (courseDeg + random.nextGaussian() * 4 * Math.sqrt(seconds) + 360) % 360;
            double degrees = speedMps * seconds / METRES_PER_DEGREE;
            latitudeDeg += degrees * Math.cos(Math.toRadians(courseDeg));
            longitudeDeg +=
                    degrees
                            * Math.sin(Math.toRadians(courseDeg))
                            / Math.cos(Math.toRadians(latitudeDeg));
        }

        Position at(Instant time) {
            return new Position(
                    time,
                    (int) Math.round(latitudeDeg * 1e7),
                    (int) Math.round(longitudeDeg * 1e7),
                    parked ? 120 : (int) (speedMps * 1000),
                    (int) (courseDeg * 100) % 36_000,
                    519_400,
                    1,
                    11,
                    85);
        }
    }
}
