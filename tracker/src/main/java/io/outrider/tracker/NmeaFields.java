package io.outrider.tracker;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one sentence, each read as what it must be. Everything is exact decimal arithmetic,
 * rounded once, half away from zero, to the unit of the result. An empty optional field is null.
 */
final class NmeaFields {

    /** A field that is not of its form or not in its range. */
    static final class Malformed extends Exception {
        Malformed(String what) {
            super(what, null, false, false);
        }
    }

    private static final Pattern TIME = Pattern.compile("(\\d\\d)(\\d\\d)(\\d\\d)(\\.\\d{0,9})?");
    private static final Pattern DATE = Pattern.compile("(\\d\\d)(\\d\\d)(\\d\\d|-\\d)");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,9}(\\.\\d{0,12})?");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,5}");
    private static final Pattern MINUTES = Pattern.compile("(\\d{2,3})(\\d\\d(\\.\\d{0,12})?)");
    private static final BigDecimal SIXTY = BigDecimal.valueOf(60);
    private static final BigDecimal E7 = BigDecimal.valueOf(10_000_000);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final BigDecimal SECONDS_PER_HOUR = BigDecimal.valueOf(3_600);
    private static final BigDecimal MM_PER_NAUTICAL_MILE = BigDecimal.valueOf(1_852_000);
    private static final BigDecimal MM_PER_KM = BigDecimal.valueOf(1_000_000);

    private final List<String> fields;

    NmeaFields(List<String> fields) {
        this.fields = fields;
    }

    /** Newer versions of NMEA 0183 append fields, so more is never wrong. */
    void requireCount(int countMin) throws Malformed {
        if (fields.size() < countMin) {
            throw new Malformed(fields.size() + " fields");
        }
    }

    boolean has(int index) {
        return index < fields.size() && !fields.get(index).isEmpty();
    }

    String text(int index) {
        return fields.get(index);
    }

    char oneOf(int index, String letters) throws Malformed {
        String text = fields.get(index);
        if (text.length() != 1 || letters.indexOf(text.charAt(0)) < 0) {
            throw new Malformed("field " + index);
        }
        return text.charAt(0);
    }

    /** {@code hhmmss.sss}; second 60 is the leap second, which counts as the next one. */
    int timeOfDayMs(int index) throws Malformed {
        Matcher matcher = match(TIME, index);
        int hours = Integer.parseInt(matcher.group(1));
        int minutes = Integer.parseInt(matcher.group(2));
        int seconds = Integer.parseInt(matcher.group(3));
        if (hours > 23 || minutes > 59 || seconds > 60) {
            throw new Malformed("field " + index);
        }
        String fraction = matcher.group(4);
        int ms = 0;
        if (fraction != null && fraction.length() > 1) {
            ms = new BigDecimal("0" + fraction).multiply(THOUSAND).intValue();
        }
        return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms;
    }

    /**
     * {@code ddmmyy}: 80 to 99 is the last century, as GPS time began in 1980. Telit's modules
     * write {@code -1} for the year before 2000 after a week roll-over.
     */
    LocalDate date(int index) throws Malformed {
        Matcher matcher = match(DATE, index);
        int year = Integer.parseInt(matcher.group(3));
        try {
            return LocalDate.of(
                    year >= 80 ? 1900 + year : 2000 + year,
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(1)));
        } catch (DateTimeException e) {
            throw new Malformed("field " + index);
        }
    }

    /** {@code ddmm.mmmm} with N or S in the next field. */
    int latitudeE7(int index) throws Malformed {
        return angleE7(index, 2, 90, "NS");
    }

    /** {@code dddmm.mmmm} with E or W in the next field. */
    int longitudeE7(int index) throws Malformed {
        return angleE7(index, 3, 180, "EW");
    }

    @Nullable Integer integer(int index, int max) throws Malformed {
        if (!has(index)) {
            return null;
        }
        int value = Integer.parseInt(match(WHOLE, index).group());
        if (value > max) {
            throw new Malformed("field " + index);
        }
        return value;
    }

    @Nullable Integer knotsAsMmPerS(int index) throws Malformed {
        return perHour(index, MM_PER_NAUTICAL_MILE);
    }

    @Nullable Integer kmhAsMmPerS(int index) throws Malformed {
        return perHour(index, MM_PER_KM);
    }

    /** Degrees from true north: 360 is 0. */
    @Nullable Integer courseCentideg(int index) throws Malformed {
        Integer course = scaled(index, HUNDRED, 0, 36_000);
        return course == null ? null : Integer.valueOf(course % 36_000);
    }

    @Nullable Integer hdopCenti(int index) throws Malformed {
        return scaled(index, HUNDRED, 0, 65_535);
    }

    @Nullable Integer metresAsMm(int index) throws Malformed {
        return scaled(index, THOUSAND, -100_000_000, 100_000_000);
    }

    private int angleE7(int index, int degreeDigits, int degreesMax, String hemispheres)
            throws Malformed {
        Matcher matcher = match(MINUTES, index);
        BigDecimal minutes = new BigDecimal(matcher.group(2));
        BigDecimal degrees = new BigDecimal(matcher.group(1));
        BigDecimal angleE7 =
                degrees.multiply(SIXTY)
                        .add(minutes)
                        .multiply(E7)
                        .divide(SIXTY, 0, RoundingMode.HALF_UP);
        if (matcher.group(1).length() != degreeDigits
                || minutes.compareTo(SIXTY) >= 0
                || angleE7.compareTo(E7.multiply(BigDecimal.valueOf(degreesMax))) > 0) {
            throw new Malformed("field " + index);
        }
        boolean negative = oneOf(index + 1, hemispheres) == hemispheres.charAt(1);
        return negative ? -angleE7.intValueExact() : angleE7.intValueExact();
    }

    private @Nullable Integer perHour(int index, BigDecimal mmPerUnit) throws Malformed {
        if (!has(index)) {
            return null;
        }
        return inRange(
                index,
                decimal(index)
                        .multiply(mmPerUnit)
                        .divide(SECONDS_PER_HOUR, 0, RoundingMode.HALF_UP),
                0,
                10_000_000);
    }

    private @Nullable Integer scaled(int index, BigDecimal factor, int min, int max)
            throws Malformed {
        if (!has(index)) {
            return null;
        }
        BigDecimal value = decimal(index).multiply(factor).setScale(0, RoundingMode.HALF_UP);
        return inRange(index, value, min, max);
    }

    private static int inRange(int index, BigDecimal value, int min, int max) throws Malformed {
        if (value.compareTo(BigDecimal.valueOf(min)) < 0
                || value.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw new Malformed("field " + index);
        }
        return value.intValueExact();
    }

    private BigDecimal decimal(int index) throws Malformed {
        return new BigDecimal(match(DECIMAL, index).group());
    }

    private Matcher match(Pattern pattern, int index) throws Malformed {
        Matcher matcher = pattern.matcher(index < fields.size() ? fields.get(index) : "");
        if (!matcher.matches()) {
            throw new Malformed("field " + index);
        }
        return matcher;
    }
}
