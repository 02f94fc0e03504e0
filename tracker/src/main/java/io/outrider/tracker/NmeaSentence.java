package io.outrider.tracker;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one sentence with a right checksum says (NMEA 0183, 8.3). Units are those of {@link
 * io.outrider.position.Position}; a time is milliseconds of the day in UTC.
 */
sealed interface NmeaSentence {

    /** Recommended minimum data: the only one of the four that has a date. */
    record Rmc(
            int timeMs,
            LocalDate date,
            int latitudeE7,
            int longitudeE7,
            @Nullable Integer speedMmPerS,
            @Nullable Integer courseCentideg)
            implements NmeaSentence {}

    /** An RMC in which the receiver itself says that its data are void. */
    record VoidRmc(@Nullable Integer timeMs) implements NmeaSentence {}

    /** A fix. Its place is not read: that of the RMC of the same time counts. */
    record Gga(
            int timeMs,
            int fixQuality,
            @Nullable Integer satellites,
            @Nullable Integer hdopCenti,
            @Nullable Integer altitudeMm)
            implements NmeaSentence {}

    /** A GGA with fix quality 0. */
    record EmptyGga(@Nullable Integer timeMs) implements NmeaSentence {}

    record Gsa(@Nullable Integer hdopCenti) implements NmeaSentence {}

    record Vtg(@Nullable Integer speedMmPerS, @Nullable Integer courseCentideg)
            implements NmeaSentence {}

    /** Any other sentence: its checksum is right, and nobody here needs it. */
    record Other() implements NmeaSentence {}

    /** Two letters of the talker, three of the formatter, as in {@code GNRMC}. */
    record Address(String talker, String formatter) {
        /** Proprietary sentences start with P: Garmin's PGRMC is no RMC of a talker PG. */
        static @Nullable Address of(String text) {
            return text.length() == 5 && text.charAt(0) != 'P'
                    ? new Address(text.substring(0, 2), text.substring(2))
                    : null;
        }
    }

    /** Reads the fields, of which the first is the address. */
    static NmeaSentence read(Address address, List<String> fields) throws NmeaFields.Malformed {
        NmeaFields in = new NmeaFields(fields);
        return switch (address.formatter()) {
            case "RMC" -> rmc(in);
            case "GGA" -> gga(in);
            case "GSA" -> gsa(in);
            case "VTG" -> vtg(in);
            default -> new Other();
        };
    }

    private static NmeaSentence rmc(NmeaFields in) throws NmeaFields.Malformed {
        in.requireCount(10);
        boolean valid = in.oneOf(2, "AV") == 'A';
        // The mode indicator came with NMEA 2.3; N says "data not valid" beside any status.
        boolean modeVoid = in.has(12) && in.text(12).equals("N");
        if (!valid || modeVoid) {
            return new VoidRmc(in.has(1) ? in.timeOfDayMs(1) : null);
        }
        return new Rmc(
                in.timeOfDayMs(1),
                in.date(9),
                in.latitudeE7(3),
                in.longitudeE7(5),
                in.knotsAsMmPerS(7),
                in.courseCentideg(8));
    }

    private static NmeaSentence gga(NmeaFields in) throws NmeaFields.Malformed {
        in.requireCount(10);
        Integer quality = in.integer(6, 8);
        if (quality == null || quality == 0) {
            return new EmptyGga(in.has(1) ? in.timeOfDayMs(1) : null);
        }
        in.latitudeE7(2);
        in.longitudeE7(4);
        return new Gga(
                in.timeOfDayMs(1), quality, in.integer(7, 255), in.hdopCenti(8), in.metresAsMm(9));
    }

    private static NmeaSentence gsa(NmeaFields in) throws NmeaFields.Malformed {
        in.requireCount(18);
        return new Gsa(in.hdopCenti(16));
    }

    private static NmeaSentence vtg(NmeaFields in) throws NmeaFields.Malformed {
        in.requireCount(8);
        Integer speed = in.knotsAsMmPerS(5);
        return new Vtg(speed != null ? speed : in.kmhAsMmPerS(7), in.courseCentideg(1));
    }
}
