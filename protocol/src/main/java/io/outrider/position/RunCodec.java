package io.outrider.position;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORGenerator;

/**
 * A run as the plaintext of a report (docs/protocol.md, section 9): CBOR, columns, second-order
 * differences. Each run has exactly one form; everything else is malformed. Sequences and times are
 * relative to the epoch's announcement.
 */
public final class RunCodec {
    /** Times relative to a time base lie between these, both before the year 10000. */
    private static final long TIME_MS_MAX = 253_402_300_799_999L;

    private static final int COLUMNS_ALWAYS = 3;
    private static final int COLUMNS_MAX = 9;
    private static final int LABEL_DROP_REASON = 0;

    private static final CBORFactory FACTORY =
            CBORFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .build();

    private RunCodec() {}

    /**
     * Writes a run in its one form.
     *
     * @param nextSequence of the announcement; the run may not begin below it
     * @param timeBaseMs of the announcement, milliseconds since 1970-01-01 UTC
     */
    public static byte[] encode(Run run, long nextSequence, long timeBaseMs) {
        if (run.firstSequence() < nextSequence) {
            throw new IllegalArgumentException("a run from before the epoch's first sequence");
        }
        var out = new ByteArrayOutputStream(64);
        try (var generator =
                (CBORGenerator) FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            long first = run.firstSequence() - nextSequence;
            switch (run) {
                case Run.Positions positions ->
                        write(generator, first, positions.positions(), timeBaseMs);
                case Run.Dropped dropped -> write(generator, first, dropped);
            }
        }
        return out.toByteArray();
    }

    /**
     * The run that {@link #encode} wrote with the same sequence and time base.
     *
     * @throws MalformedRun where it would not have written these bytes
     */
    public static Run decode(byte[] plaintext, long nextSequence, long timeBaseMs)
            throws MalformedRun {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), plaintext)) {
            Run run = read(in, nextSequence, timeBaseMs);
            if (in.nextToken() != null
                    || !Arrays.equals(plaintext, encode(run, nextSequence, timeBaseMs))) {
                throw new MalformedRun("not in the one form that is allowed");
            }
            return run;
        } catch (JacksonException e) {
            throw new MalformedRun("not CBOR", e);
        } catch (IllegalArgumentException e) { // from the constructors of Run and Position
            throw new MalformedRun("outside the limits", e);
        }
    }

    private static void write(
            CBORGenerator out, long first, List<Position> positions, long timeBaseMs) {
        long[][] columns = columns(positions, timeBaseMs);
        int written = COLUMNS_MAX;
        while (written > COLUMNS_ALWAYS && Column.isAbsent(columns[written - 1])) {
            written--;
        }
        out.writeStartArray(out, 2 + written);
        out.writeNumber(first);
        out.writeNumber(positions.size());
        for (int i = 0; i < written; i++) {
            Column.write(out, columns[i]);
        }
        out.writeEndArray();
    }

    private static void write(CBORGenerator out, long first, Run.Dropped dropped) {
        out.writeStartArray(out, 3);
        out.writeNumber(first);
        out.writeNumber(dropped.count());
        out.writeStartObject(out, 1);
        out.writePropertyId(LABEL_DROP_REASON);
        out.writeNumber(dropped.reason().code());
        out.writeEndObject();
        out.writeEndArray();
    }

    /** In the order in which they are written: what is most often absent comes last. */
    private static long[][] columns(List<Position> positions, long timeBaseMs) {
        long[][] columns = new long[COLUMNS_MAX][positions.size()];
        for (int i = 0; i < positions.size(); i++) {
            Position position = positions.get(i);
            columns[0][i] = position.time().toEpochMilli() - timeBaseMs;
            columns[1][i] = position.latitudeE7();
            columns[2][i] = position.longitudeE7();
            columns[3][i] = orMissing(position.speedMmPerS());
            columns[4][i] = orMissing(position.courseCentideg());
            columns[5][i] = orMissing(position.altitudeMm());
            columns[6][i] = orMissing(position.fixQuality());
            columns[7][i] = orMissing(position.satellites());
            columns[8][i] = orMissing(position.hdopCenti());
        }
        return columns;
    }

    private static Run read(JsonParser in, long nextSequence, long timeBaseMs) throws MalformedRun {
        if (in.nextToken() != JsonToken.START_ARRAY) {
            throw new MalformedRun("not an array");
        }
        in.nextToken();
        long first = Column.number(in);
        if (first < 0 || first > Run.FIRST_SEQUENCE_MAX - nextSequence) {
            throw new MalformedRun("first sequence " + first);
        }
        in.nextToken();
        long count = Column.number(in);
        if (in.nextToken() == JsonToken.START_OBJECT) {
            return readDropped(in, nextSequence + first, count);
        }
        if (count < 1 || count > Run.POSITIONS_MAX) {
            throw new MalformedRun("count " + count);
        }
        List<Position> positions = readPositions(in, (int) count, timeBaseMs);
        return new Run.Positions(nextSequence + first, positions);
    }

    private static Run readDropped(JsonParser in, long firstSequence, long count)
            throws MalformedRun {
        if (count < 1 || count > Run.DROPPED_MAX) {
            throw new MalformedRun("count " + count);
        }
        in.nextToken(); // the label: the comparison with what we would write checks it
        in.nextToken();
        long code = Column.number(in);
        if (in.nextToken() != JsonToken.END_OBJECT || in.nextToken() != JsonToken.END_ARRAY) {
            throw new MalformedRun("more than a reason");
        }
        DropReason reason =
                DropReason.ofCode(code).orElseThrow(() -> new MalformedRun("reason " + code));
        return new Run.Dropped(firstSequence, (int) count, reason);
    }

    private static List<Position> readPositions(JsonParser in, int count, long timeBaseMs)
            throws MalformedRun {
        List<long[]> columns = new ArrayList<>(COLUMNS_MAX);
        while (in.currentToken() != JsonToken.END_ARRAY) {
            boolean isTime = columns.isEmpty();
            columns.add(
                    Column.read(
                            in,
                            count,
                            isTime ? -TIME_MS_MAX : Integer.MIN_VALUE,
                            isTime ? TIME_MS_MAX : Integer.MAX_VALUE));
            if (columns.size() > COLUMNS_MAX) {
                throw new MalformedRun("more columns than a position has");
            }
            in.nextToken();
        }
        if (columns.size() < COLUMNS_ALWAYS) {
            throw new MalformedRun("no time, latitude or longitude");
        }
        List<Position> positions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            positions.add(position(columns, i, timeBaseMs));
        }
        return positions;
    }

    private static Position position(List<long[]> columns, int i, long timeBaseMs)
            throws MalformedRun {
        if (columns.get(0)[i] == Column.MISSING
                || columns.get(1)[i] == Column.MISSING
                || columns.get(2)[i] == Column.MISSING) {
            throw new MalformedRun("a position without time, latitude or longitude");
        }
        return new Position(
                Instant.ofEpochMilli(timeBaseMs + columns.get(0)[i]),
                (int) columns.get(1)[i],
                (int) columns.get(2)[i],
                orNull(columns, 3, i),
                orNull(columns, 4, i),
                orNull(columns, 5, i),
                orNull(columns, 6, i),
                orNull(columns, 7, i),
                orNull(columns, 8, i));
    }

    private static long orMissing(@Nullable Integer value) {
        return value == null ? Column.MISSING : value;
    }

    private static @Nullable Integer orNull(List<long[]> columns, int column, int i) {
        if (column >= columns.size() || columns.get(column)[i] == Column.MISSING) {
            return null;
        }
        return (int) columns.get(column)[i];
    }
}
