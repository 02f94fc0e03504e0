package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.keys.OperatorException;
import io.outrider.tracker.Enrolment;
import io.outrider.tracker.SimulatedVehicle;
import io.outrider.tracker.Tracker;
import io.outrider.tracker.TrackerCounts;
import io.outrider.tracker.TrackerOptions;
import io.outrider.tracker.TrackerProblem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Simulated vehicles, each with a tracker of its own: key, certificate, journal, epoch. One thread
 * drives them.
 */
final class DemoFleet implements AutoCloseable {
    static final String NAME = "demo";

    /** They set out a little earlier, so that the map has tracks from the start. */
    private static final Duration HEAD_START = Duration.ofMinutes(2);

    private static final Duration DRAIN_MAX = Duration.ofSeconds(30);
    private static final Logger log = LoggerFactory.getLogger(DemoFleet.class);

    private final List<Vehicle> vehicles;
    private final Duration period;
    private final ScheduledExecutorService driver =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("demo-driver").daemon().factory());

    private record Vehicle(Tracker tracker, SimulatedVehicle simulation) {}

    /**
     * What all trackers counted together.
     *
     * @param sealedBytes bytes of the sealed reports that carried {@code sent} positions
     */
    record Sums(long sent, long acknowledged, long sealedBytes) {
        double bytesPerPosition() {
            return sent == 0 ? 0 : (double) sealedBytes / sent;
        }
    }

    private DemoFleet(List<Vehicle> vehicles, Duration period) {
        this.vehicles = vehicles;
        this.period = period;
    }

    /**
     * Adds the trackers to the server and enrols each, as an installer would, one after the other.
     */
    static DemoFleet enrol(
            Operations server, Path folder, int count, Duration period, PrintWriter progress)
            throws OperatorException, InterruptedException {
        var vehicles = new ArrayList<Vehicle>();
        var enrolment = new Enrolment(InstantSource.system(), new SecureRandom());
        Instant start = Instant.now().minus(HEAD_START);
        try {
            for (int i = 1; i <= count; i++) {
                Path state = folder.resolve("truck-" + i);
                enrolment.enrol(invite(server, NAME + ".truck-" + i), state);
                vehicles.add(
                        new Vehicle(
                                Tracker.open(state, TrackerOptions.DEFAULT),
                                SimulatedVehicle.at(i, start, period)));
                if (i % 25 == 0 || i == count) {
                    progress.println("Enrolled " + i + " of " + count + " trackers");
                    progress.flush();
                }
            }
            return new DemoFleet(List.copyOf(vehicles), period);
        } catch (TrackerProblem e) {
            vehicles.forEach(vehicle -> vehicle.tracker.close());
            throw new OperatorException("a simulated tracker failed: " + e.getMessage(), "", e);
        }
    }

    private static String invite(Operations server, String tracker) throws OperatorException {
        var token = new ArrayList<String>();
        server.perform(
                new Request("fleet add", Map.of("tracker", tracker)),
                row -> token.add(row.path("token").asString()));
        return token.getFirst();
    }

    int size() {
        return vehicles.size();
    }

    void start() {
        vehicles.forEach(vehicle -> vehicle.tracker.start());
        var _ =
                driver.scheduleAtFixedRate(
                        this::drive, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Every vehicle as far as the clock has come. */
    private void drive() {
        try {
            Instant now = Instant.now();
            for (Vehicle vehicle : vehicles) {
                var sentences = new StringBuilder();
                while (!vehicle.simulation.time().isAfter(now)) {
                    sentences.append(vehicle.simulation.next());
                }
                vehicle.tracker.feed(sentences.toString());
            }
        } catch (RuntimeException e) {
            log.error(
                    "The simulated vehicles stand still", e); // an executor would keep it to itself
            throw e;
        }
    }

    Sums sums() {
        long sent = 0;
        long acknowledged = 0;
        long sealedBytes = 0;
        for (Vehicle vehicle : vehicles) {
            TrackerCounts counts = vehicle.tracker.counts();
            sent += counts.sent();
            acknowledged += counts.acknowledged();
            sealedBytes += counts.sealedBytes();
        }
        return new Sums(sent, acknowledged, sealedBytes);
    }

    /** Whether everything that the vehicles had was acknowledged in time. */
    boolean stopDriving() throws InterruptedException {
        driver.shutdown();
        boolean stopped = driver.awaitTermination(10, TimeUnit.SECONDS);
        Instant end = Instant.now().plus(DRAIN_MAX);
        for (Vehicle vehicle : vehicles) {
            Duration left = Duration.between(Instant.now(), end);
            stopped &= vehicle.tracker.awaitDrained(left.isNegative() ? Duration.ZERO : left);
        }
        return stopped;
    }

    /** Positions of these trackers that come out of the store again, each opened. */
    long readBack(Operations server) throws OperatorException {
        var count = new long[1];
        for (Vehicle vehicle : vehicles) {
            server.perform(
                    new Request("positions", Map.of("tracker", vehicle.tracker.id().toString())),
                    _ -> count[0]++);
        }
        return count[0];
    }

    @Override
    public void close() {
        driver.shutdownNow();
        vehicles.forEach(vehicle -> vehicle.tracker.close());
    }
}
