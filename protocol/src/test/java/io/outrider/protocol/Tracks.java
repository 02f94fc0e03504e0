package io.outrider.protocol;

import io.outrider.position.Position;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the recorded tracks, just well enough for them. */
public final class Tracks {
    private static final Pattern BAREFOOT =
            Pattern.compile("POINT\\((\\S+) (\\S+)\\)\",\"time\":\"([^\"]+)\"");
    private static final DateTimeFormatter BAREFOOT_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxx", Locale.ROOT);
    private static final DateTimeFormatter NMEA_TIME =
            DateTimeFormatter.ofPattern("ddMMyy HHmmss.SSS xx", Locale.ROOT);
    private static final BigDecimal MM_PER_S_OF_A_KNOT =
            new BigDecimal(1_852_000).divide(new BigDecimal(3_600), 9, RoundingMode.HALF_UP);

    private Tracks() {}

    /** Latitude, longitude and time. */
    public static List<Position> barefoot(Path json) throws IOException {
        List<Position> positions = new ArrayList<>();
        Matcher matcher = BAREFOOT.matcher(Files.readString(json));
        while (matcher.find()) {
            positions.add(
                    Position.of(
                            OffsetDateTime.parse(matcher.group(3), BAREFOOT_TIME).toInstant(),
                            rounded(new BigDecimal(matcher.group(2)).movePointRight(7)),
                            rounded(new BigDecimal(matcher.group(1)).movePointRight(7))));
        }
        return positions;
    }

    /** What RMC and GGA of the same time say together. */
    public static List<Position> nmea(Path log) throws IOException {
        List<Position> positions = new ArrayList<>();
        Map<String, String[]> fixes = new HashMap<>();
        for (String line : Files.readAllLines(log)) {
            String[] fields = line.split("[,*]", -1);
            if (fields[0].endsWith("GGA")) {
                fixes.put(fields[1], fields);
            } else if (fields[0].endsWith("RMC") && fields[2].equals("A")) {
                String[] fix = fixes.get(fields[1]);
                if (fix != null) {
                    positions.add(position(fields, fix));
                }
            }
        }
        return positions;
    }

    private static Position position(String[] rmc, String[] gga) {
        return new Position(
                OffsetDateTime.parse(rmc[9] + " " + rmc[1] + " +0000", NMEA_TIME).toInstant(),
                degreesE7(rmc[3], rmc[4], 2),
                degreesE7(rmc[5], rmc[6], 3),
                scaled(rmc[7], MM_PER_S_OF_A_KNOT),
                scaled(rmc[8], new BigDecimal(100)),
                scaled(gga[9], new BigDecimal(1_000)),
                scaled(gga[6], BigDecimal.ONE),
                scaled(gga[7], BigDecimal.ONE),
                scaled(gga[8], new BigDecimal(100)));
    }

    private static @Nullable Integer scaled(String field, BigDecimal factor) {
        return field.isEmpty() ? null : rounded(new BigDecimal(field).multiply(factor));
    }

    private static int degreesE7(String field, String hemisphere, int degreeDigits) {
        var minutes = new BigDecimal(field.substring(degreeDigits));
        var degrees =
                new BigDecimal(field.substring(0, degreeDigits))
                        .add(minutes.divide(new BigDecimal(60), 12, RoundingMode.HALF_UP));
        int magnitude = rounded(degrees.movePointRight(7));
        return hemisphere.equals("S") || hemisphere.equals("W") ? -magnitude : magnitude;
    }

    private static int rounded(BigDecimal number) {
        return number.setScale(0, RoundingMode.HALF_UP).intValueExact();
    }

    /** The time base that an epoch begun with the track would have. */
    public static Instant begin(List<Position> track) {
        return track.getFirst().time();
    }
}
