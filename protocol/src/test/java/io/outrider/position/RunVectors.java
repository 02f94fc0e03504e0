package io.outrider.position;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the vectors of runs: the CBOR by hand, the positions as a line each. */
final class RunVectors {
    private static final long NEXT_SEQUENCE = 70_000;
    private static final Instant TIME_BASE = Instant.parse("2026-11-22T08:00:00Z");
    private static final String FORM = "9.1";
    private static final String COLUMNS = "9.2";
    private static final String DROPPED = "9.4";

    void write() throws IOException {
        good();
        goodColumns();
        goodMissing();
        dropped();
        badShape();
        badEncoding();
        badColumns();
        badDifferences();
        badValues();
        badTimes();
    }

    private void good() throws IOException {
        good(
                "good-one",
                "one position with place and time only",
                "8500011903e81a1cb52afa1a06e495eb",
                List.of(position(1_000, 481_635_066, 115_643_883)));
    }

    private void goodColumns() throws IOException {
        good(
                "good-constant",
                "a parked vehicle: every column but the time is one integer",
                "8501038219 03e81903e8 0102".replace(" ", ""),
                List.of(position(1_000, 1, 2), position(2_000, 1, 2), position(3_000, 1, 2)));
        good(
                "good-second-order",
                "a steady speed: second-order differences of zero are left out",
                "850004 8219 03e81903e8 83 0a05 02 82 20 20".replace(" ", ""),
                List.of(
                        position(1_000, 10, -1),
                        position(2_000, 15, -2),
                        position(3_000, 22, -3),
                        position(4_000, 29, -4)));
        good(
                "good-missing",
                "speeds with one missing between: it neither uses nor changes the differences",
                "860004 00 01 02 8405f60101".replace(" ", ""),
                List.of(speed(5), speed(null), speed(6), speed(8)));
    }

    private void goodMissing() throws IOException {
        good(
                "good-missing-last",
                "a value missing at the end is written, zeros at the end are not",
                "860003 00 01 02 8305f6f6".replace(" ", ""),
                List.of(speed(5), speed(null), speed(null)));
        good(
                "good-first-zero",
                "the first value is written even where it is zero",
                "860002 00 01 02 82f600".replace(" ", ""),
                List.of(speed(null), speed(0)));
        good(
                "good-null-column",
                "speed and course absent for all, altitude present",
                "880001 00 01 02 f6f6 3903e7".replace(" ", ""),
                List.of(new Position(TIME_BASE, 1, 2, null, null, -1_000, null, null, null)));
        good(
                "good-complete",
                "every column at its greatest",
                "8b0001"
                        + "00"
                        + "1a35a4e900"
                        + "1a6b49d200"
                        + "1a00989680"
                        + "198c9f"
                        + "1a05f5e100"
                        + "08"
                        + "18ff"
                        + "19ffff",
                List.of(
                        new Position(
                                TIME_BASE,
                                900_000_000,
                                1_800_000_000,
                                10_000_000,
                                35_999,
                                100_000_000,
                                8,
                                255,
                                65_535)));
        good(
                "good-before-base",
                "a position from before the time base",
                "850001 3903e7 3a35a4e8ff 3a6b49d1ff".replace(" ", ""),
                List.of(position(-1_000, -900_000_000, -1_800_000_000)));
    }

    private void dropped() throws IOException {
        dropped(
                "good-dropped",
                "a full journal gave up 300 positions",
                "8300 19012c a10001".replace(" ", ""),
                300,
                DropReason.JOURNAL_FULL);
        dropped(
                "good-dropped-refused",
                "set aside after two refusals",
                "830001a10002",
                1,
                DropReason.REFUSED_TWICE);
        dropped(
                "good-dropped-damaged",
                "damaged in the journal",
                "830001a10003",
                1,
                DropReason.DAMAGED);
        dropped(
                "good-dropped-most",
                "the longest run that one report may drop",
                "83001a00100000a10001",
                1 << 20,
                DropReason.JOURNAL_FULL);
        bad("dropped-too-many", DROPPED, "2^20 + 1 positions dropped", "83001a00100001a10001");
        bad("dropped-none", DROPPED, "a drop of nothing", "830000a10001");
        bad("dropped-reason-0", DROPPED, "no such reason", "830001a10000");
        bad("dropped-reason-4", DROPPED, "no such reason", "830001a10004");
        bad("dropped-no-reason", DROPPED, "no reason given", "830001a0");
        bad("dropped-two-reasons", DROPPED, "a second reason", "830001a200010102");
        bad("dropped-other-label", DROPPED, "an unknown label", "830001a10101");
        bad("dropped-text-label", DROPPED, "the label as text", "830001a1613001");
        bad("dropped-and-more", DROPPED, "a column after the reason", "840001a1000100");
    }

    private void badShape() throws IOException {
        bad("empty", FORM, "no byte at all", "");
        bad("map", FORM, "a map", "a0");
        bad("no-columns", FORM, "no time, no place", "820001");
        bad("no-longitude", FORM, "time and latitude only", "8400010001");
        bad(
                "ten-columns",
                FORM,
                "a column that version 1 does not know",
                "8c0001 00 01 02 03 04 05 06 07 08 09".replace(" ", ""));
        bad("count-0", FORM, "a run of no positions", "850000000102");
        bad(
                "count-513",
                FORM,
                "more than 512 positions: memory is the receiver's",
                "8500190201000102");
        bad("count-negative", FORM, "a negative count", "850020000102");
        bad(
                "first-negative",
                FORM,
                "a sequence before the epoch's first: would overwrite what was stored",
                "852001000102");
        bad(
                "first-beyond",
                FORM,
                "a sequence at which sums overflow",
                "851b400000000000000001000102");
    }

    private void badEncoding() throws IOException {
        bad("trailing-byte", FORM, "a byte follows", "85000100010200");
        bad("truncated", FORM, "the last column is missing", "8500010001");
        bad("indefinite", FORM, "an array of indefinite length", "9f0001000102ff");
        bad(
                "long-head",
                FORM,
                "a number in two bytes where one does",
                "851800 01000102".replace(" ", ""));
        bad("tagged", FORM, "a tag", "d85585000100 0102".replace(" ", ""));
        bad(
                "float",
                FORM,
                "a floating-point latitude",
                "850001 00 fb3ff0000000000000 02".replace(" ", ""));
        bad(
                "bignum",
                FORM,
                "a number as a tagged byte string",
                "850001 00 c24101 02".replace(" ", ""));
        bad("text", FORM, "a latitude as text", "850001 00 6131 02".replace(" ", ""));
    }

    private void badColumns() throws IOException {
        bad("null-time", COLUMNS, "positions without a time", "850001f60102");
        bad("null-latitude", COLUMNS, "positions without a latitude", "85000100f602");
        bad(
                "missing-longitude",
                COLUMNS,
                "one position without a longitude",
                "8500020001 82f602".replace(" ", ""));
        bad(
                "trailing-null-column",
                COLUMNS,
                "an absent column at the end is left out",
                "860001000102f6");
    }

    private void badDifferences() throws IOException {
        bad(
                "constant-as-array",
                COLUMNS,
                "a constant column is one integer",
                "850002 00 8101 02".replace(" ", ""));
        bad(
                "constant-with-zero",
                COLUMNS,
                "zeros at the end are left out, and then it is constant",
                "850002 00 820100 02".replace(" ", ""));
        bad(
                "trailing-zero",
                COLUMNS,
                "zeros at the end are left out",
                "850003 00 83010100 02".replace(" ", ""));
        bad(
                "empty-array",
                COLUMNS,
                "a column without an element",
                "860002 00 01 02 80".replace(" ", ""));
        bad(
                "all-null-array",
                COLUMNS,
                "a column of nulls is null",
                "880002 00 01 02 82f6f6 00 00".replace(" ", ""));
        bad(
                "too-long",
                COLUMNS,
                "more elements than positions",
                "850002 00 83010101 02".replace(" ", ""));
        bad("nested", COLUMNS, "an array in a column", "850002 00 82018101 02".replace(" ", ""));
    }

    private void badValues() throws IOException {
        bad(
                "latitude-beyond",
                COLUMNS,
                "a latitude north of the pole",
                "850001 00 1a35a4e901 02".replace(" ", ""));
        bad(
                "longitude-beyond",
                COLUMNS,
                "a longitude beyond 180 degrees",
                "850001 00 01 3a6b49d200".replace(" ", ""));
        bad(
                "latitude-sum-beyond",
                COLUMNS,
                "differences that lead beyond the pole",
                "850002 00 821a35a4e90001 02".replace(" ", ""));
        bad(
                "overflow",
                COLUMNS,
                "differences that overflow 64 bits",
                "850003 00 8301 1b7fffffffffffffff 1b7fffffffffffffff 02".replace(" ", ""));
        bad(
                "latitude-32-bits",
                COLUMNS,
                "a latitude that is right again after 32 bits",
                "850001 00 1b0000000100000001 02".replace(" ", ""));
    }

    private void badTimes() throws IOException {
        bad(
                "time-before-1970",
                COLUMNS,
                "a time before 1970",
                "850001 3b000001a20244e800 01 02".replace(" ", ""));
        bad(
                "time-after-9999",
                COLUMNS,
                "a time after the year 9999",
                "850001 1b0000e4d5cfdaf400 01 02".replace(" ", ""));
        bad("speed-negative", COLUMNS, "a negative speed", "8600010001 02 20".replace(" ", ""));
        bad(
                "course-36000",
                COLUMNS,
                "a course of 360 degrees, which is 0",
                "870001000102 00 198ca0".replace(" ", ""));
        bad(
                "fix-9",
                COLUMNS,
                "a fix quality that NMEA does not know",
                "890001000102 f6f6f6 09".replace(" ", ""));
    }

    private static void good(String name, String why, String plaintext, List<Position> positions)
            throws IOException {
        long first = Long.parseLong(plaintext.substring(2, 4), 16);
        Vector vector =
                vector(name, "accepted", FORM, why)
                        .with("plaintext", plaintext)
                        .with("first-sequence", NEXT_SEQUENCE + first)
                        .with("count", positions.size());
        List<String> lines = new ArrayList<>();
        positions.forEach(position -> lines.add(line(position)));
        for (int i = 0; i < lines.size(); i++) {
            vector.with("position-" + i, lines.get(i));
        }
        vector.write();
    }

    private static void dropped(
            String name, String why, String plaintext, int count, DropReason reason)
            throws IOException {
        vector(name, "accepted", DROPPED, why)
                .with("plaintext", plaintext)
                .with("first-sequence", NEXT_SEQUENCE)
                .with("count", count)
                .with("dropped", reason)
                .write();
    }

    private static void bad(String name, String section, String why, String plaintext)
            throws IOException {
        vector(name, "MALFORMED", section, why).with("plaintext", plaintext).write();
    }

    private static Vector vector(String name, String expect, String section, String why) {
        return Vector.named("run", name)
                .with("expect", expect)
                .with("why", why)
                .with("section", section)
                .with("next-sequence", NEXT_SEQUENCE)
                .with("time-base-ms", TIME_BASE.toEpochMilli());
    }

    /**
     * Time in milliseconds, then the other fields in the order of their columns, - where missing.
     */
    static String line(Position position) {
        var line = new StringBuilder(Long.toString(position.time().toEpochMilli()));
        line.append(' ').append(position.latitudeE7()).append(' ').append(position.longitudeE7());
        append(line, position.speedMmPerS());
        append(line, position.courseCentideg());
        append(line, position.altitudeMm());
        append(line, position.fixQuality());
        append(line, position.satellites());
        append(line, position.hdopCenti());
        return line.toString();
    }

    private static void append(StringBuilder line, @Nullable Integer value) {
        line.append(' ').append(value == null ? "-" : value);
    }

    private static Position position(long afterBaseMs, int latitudeE7, int longitudeE7) {
        return Position.of(TIME_BASE.plusMillis(afterBaseMs), latitudeE7, longitudeE7);
    }

    private static Position speed(@Nullable Integer speed) {
        return new Position(TIME_BASE, 1, 2, speed, null, null, null, null, null);
    }
}
