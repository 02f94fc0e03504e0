package io.outrider.tracker;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/**
 * A vehicle that does not exist, with a receiver that speaks NMEA 0183: RMC, GGA, GSA and VTG for
 * each period. It accelerates, turns and stops as a vehicle does, its receiver errs by a few
 * metres, and it stays within 60 km of Würzburg, far from every coast. The same seed gives the same
 * drive. Not safe for use by many threads.
 */
public final class SimulatedVehicle {
    private static final double CENTRE_LATITUDE_DEG = 49.8;
    private static final double CENTRE_LONGITUDE_DEG = 10.0;
    private static final double RADIUS_M = 60_000;
    private static final double METRES_PER_DEGREE = 111_320;
    private static final double ACCELERATION_MAX = 1.5;
    private static final double BRAKING_MAX = 2.5;
    private static final double SPEED_MAX = 36;

    /** Sideways acceleration in a bend, m/s²: what limits the turn rate at speed. */
    private static final double SIDEWAYS_MAX = 2.0;

    private static final double TURN_RATE_MAX_DEG = 25;
    private static final double NOISE_STEP_M = 0.4;
    private static final double NOISE_PULL = 0.05;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HHmmss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("ddMMyy", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Random random;
    private final Duration period;
    private Instant time;
    private double latitudeDeg;
    private double longitudeDeg;
    private double speed;
    private double speedWanted;
    private double courseDeg;
    private double courseWantedDeg;
    private double leftOfManoeuvre;
    private double noiseNorthM;
    private double noiseEastM;
    private double altitudeM;
    private int satellites = 9;

    private SimulatedVehicle(
            long seed, double latitudeDeg, double longitudeDeg, Instant start, Duration period) {
        this.random = new Random(seed);
        this.latitudeDeg = latitudeDeg;
        this.longitudeDeg = longitudeDeg;
        this.time = start;
        this.period = period;
        this.courseDeg = random.nextDouble() * 360;
        this.courseWantedDeg = courseDeg;
        this.altitudeM = 180 + random.nextDouble() * 120;
    }

    /**
     * A vehicle that starts at a place of its seed's choice.
     *
     * @param start the time of its first position
     * @param period between two positions, 100 ms to 10 minutes
     */
    public static SimulatedVehicle at(long seed, Instant start, Duration period) {
        Random random = new Random(~seed);
        double distance = Math.sqrt(random.nextDouble()) * RADIUS_M * 0.8;
        double bearing = random.nextDouble() * 2 * Math.PI;
        double latitude = CENTRE_LATITUDE_DEG + distance * Math.cos(bearing) / METRES_PER_DEGREE;
        double longitude =
                CENTRE_LONGITUDE_DEG + distance * Math.sin(bearing) / metresPerLongitude(latitude);
        return at(seed, latitude, longitude, start, period);
    }

    /** A vehicle that starts at this place; outside its area it drives there first. */
    public static SimulatedVehicle at(
            long seed, double latitudeDeg, double longitudeDeg, Instant start, Duration period) {
        if (period.compareTo(Duration.ofMillis(100)) < 0
                || period.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("a period of " + period);
        }
        return new SimulatedVehicle(seed, latitudeDeg, longitudeDeg, start, period);
    }

    /** The time of the next position. */
    public Instant time() {
        return time;
    }

    /** The four sentences of the next position, each with its line end; then time moves on. */
    public String next() {
        String lines = sentences();
        double seconds = period.toMillis() / 1_000.0;
        for (double left = seconds; left > 0; left -= 0.5) {
            drive(Math.min(0.5, left));
        }
        drift();
        time = time.plus(period);
        return lines;
    }

    private void drive(double seconds) {
        leftOfManoeuvre -= seconds;
        if (leftOfManoeuvre <= 0) {
            decide();
        }
        double change = speedWanted - speed;
        double most = (change > 0 ? ACCELERATION_MAX : BRAKING_MAX) * seconds;
        speed += Math.clamp(change, -most, most);
        double turn = Math.IEEEremainder(courseWantedDeg - courseDeg, 360);
        double rateMax =
                Math.min(TURN_RATE_MAX_DEG, Math.toDegrees(SIDEWAYS_MAX / Math.max(speed, 1)));
        if (speed > 0.3) { // who stands does not turn
            courseDeg += Math.clamp(turn, -rateMax * seconds, rateMax * seconds);
            courseDeg = (courseDeg + 360) % 360;
        }
        double metres = speed * seconds;
        latitudeDeg += metres * Math.cos(Math.toRadians(courseDeg)) / METRES_PER_DEGREE;
        longitudeDeg +=
                metres * Math.sin(Math.toRadians(courseDeg)) / metresPerLongitude(latitudeDeg);
    }

    /** What it does next, and for how long. */
    private void decide() {
        double northM = (latitudeDeg - CENTRE_LATITUDE_DEG) * METRES_PER_DEGREE;
        double eastM = (longitudeDeg - CENTRE_LONGITUDE_DEG) * metresPerLongitude(latitudeDeg);
        double dice = random.nextDouble();
        if (speed > 1 && dice < 0.12) { // traffic lights
            speedWanted = 0;
            leftOfManoeuvre = speed / BRAKING_MAX + 5 + random.nextDouble() * 25;
            return;
        }
        speedWanted = dice < 0.6 ? 9 + random.nextDouble() * 6 : 18 + random.nextDouble() * 16;
        speedWanted = Math.min(speedWanted, SPEED_MAX);
        leftOfManoeuvre = 10 + random.nextDouble() * 35;
        if (Math.hypot(northM, eastM) > RADIUS_M * 0.9) { // turn back before the edge
            courseWantedDeg = Math.toDegrees(Math.atan2(-eastM, -northM));
        } else if (random.nextDouble() < 0.35) { // a crossing
            courseWantedDeg = courseDeg + (random.nextBoolean() ? 90 : -90);
        } else { // a bend
            courseWantedDeg = courseDeg + random.nextGaussian() * 15;
        }
    }

    /** The receiver's error wanders, and is pulled back to none. */
    private void drift() {
        noiseNorthM += random.nextGaussian() * NOISE_STEP_M - noiseNorthM * NOISE_PULL;
        noiseEastM += random.nextGaussian() * NOISE_STEP_M - noiseEastM * NOISE_PULL;
        altitudeM = Math.clamp(altitudeM + random.nextGaussian() * 0.3, 120, 600);
        satellites = Math.clamp(satellites + random.nextInt(3) - 1L, 6, 14);
    }

    private String sentences() {
        double latitude = latitudeDeg + noiseNorthM / METRES_PER_DEGREE;
        double longitude = longitudeDeg + noiseEastM / metresPerLongitude(latitudeDeg);
        String place =
                angle(latitude, 2, latitude < 0 ? "S" : "N")
                        + ","
                        + angle(longitude, 3, longitude < 0 ? "W" : "E");
        String clock = TIME.format(time);
        String knots = fixed(speed * 3_600 / 1_852, 2);
        String course = fixed(Math.floor(courseDeg * 100) / 100 % 360, 2);
        String hdop = fixed(0.7 + (14 - satellites) * 0.12, 2);
        StringBuilder used = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            used.append(i < satellites ? String.format(Locale.ROOT, "%02d", 3 + 2 * i) : "");
            used.append(',');
        }
        return line(
                        "GNRMC,"
                                + clock
                                + ",A,"
                                + place
                                + ","
                                + knots
                                + ","
                                + course
                                + ","
                                + DATE.format(time)
                                + ",,,A")
                + line(
                        "GNGGA,"
                                + clock
                                + ","
                                + place
                                + ",1,"
                                + String.format(Locale.ROOT, "%02d", satellites)
                                + ","
                                + hdop
                                + ","
                                + fixed(altitudeM, 1)
                                + ",M,47.0,M,,")
                + line("GNGSA,A,3," + used + "1.60," + hdop + ",1.30")
                + line(
                        "GNVTG,"
                                + course
                                + ",T,,M,"
                                + knots
                                + ",N,"
                                + fixed(speed * 3.6, 2)
                                + ",K,A");
    }

    private static double metresPerLongitude(double latitudeDeg) {
        return METRES_PER_DEGREE * Math.cos(Math.toRadians(latitudeDeg));
    }

    private static String angle(double degrees, int degreeDigits, String hemisphere) {
        // In 1e-5 minutes, so that 59.999999 does not become 60 minutes.
        long units = Math.round(Math.abs(degrees) * 60 * 100_000);
        long whole = units / 6_000_000;
        long rest = units % 6_000_000;
        return String.format(
                Locale.ROOT,
                "%0" + degreeDigits + "d%02d.%05d,%s",
                whole,
                rest / 100_000,
                rest % 100_000,
                hemisphere);
    }

    private static String fixed(double value, int decimals) {
        return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP).toPlainString();
    }

    private static String line(String body) {
        int sum = 0;
        for (byte b : body.getBytes(StandardCharsets.US_ASCII)) {
            sum ^= b;
        }
        return String.format(Locale.ROOT, "$%s*%02X\r\n", body, sum);
    }
}
