package io.outrider.position;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a tracker was at one moment (WGS 84, UTC), with what its receiver said of the quality.
 * Whoever holds a Position holds a valid one. Integers, so that what the receiver said survives
 * every road unrounded.
 *
 * @param time the receiver's time, in whole milliseconds, 1970-01-01 to 9999-12-31
 * @param latitudeE7 1e-7 degrees, north positive, -900,000,000 to 900,000,000
 * @param longitudeE7 1e-7 degrees, east positive, -1,800,000,000 to 1,800,000,000
 * @param speedMmPerS speed over ground in mm/s, 0 to 10,000,000, or null where the receiver gave
 *     none
 * @param courseCentideg course over ground in 0.01 degree clockwise from true north, 0 to 35,999,
 *     or null
 * @param altitudeMm height above mean sea level in mm, -100,000,000 to 100,000,000, or null
 * @param fixQuality GGA fix quality (NMEA 0183): 0 to 8, or null
 * @param satellites satellites used, 0 to 255, or null
 * @param hdopCenti horizontal dilution of precision in hundredths, 0 to 65,535, or null
 */
public record Position(
        Instant time,
        int latitudeE7,
        int longitudeE7,
        @Nullable Integer speedMmPerS,
        @Nullable Integer courseCentideg,
        @Nullable Integer altitudeMm,
        @Nullable Integer fixQuality,
        @Nullable Integer satellites,
        @Nullable Integer hdopCenti) {

    private static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z");

    public Position {
        if (time.isBefore(Instant.EPOCH) || time.isAfter(TIME_MAX)) {
            throw new IllegalArgumentException("time " + time + " is outside 1970 to 9999");
        }
        time = time.truncatedTo(ChronoUnit.MILLIS);
        requireInRange("latitude", latitudeE7, -900_000_000, 900_000_000);
        requireInRange("longitude", longitudeE7, -1_800_000_000, 1_800_000_000);
        requireInRange("speed", speedMmPerS, 0, 10_000_000);
        requireInRange("course", courseCentideg, 0, 35_999);
        requireInRange("altitude", altitudeMm, -100_000_000, 100_000_000);
        requireInRange("fix quality", fixQuality, 0, 8);
        requireInRange("satellites", satellites, 0, 255);
        requireInRange("HDOP", hdopCenti, 0, 65_535);
    }

    /** A position of which only place and time are known. */
    public static Position of(Instant time, int latitudeE7, int longitudeE7) {
        return new Position(time, latitudeE7, longitudeE7, null, null, null, null, null, null);
    }

    public double latitudeDeg() {
        return latitudeE7 / 1e7;
    }

    public double longitudeDeg() {
        return longitudeE7 / 1e7;
    }

    private static void requireInRange(String name, @Nullable Integer value, int min, int max) {
        if (value != null && (value < min || value > max)) {
            throw new IllegalArgumentException(
                    name + " " + value + " is outside " + min + " to " + max);
        }
    }
}
