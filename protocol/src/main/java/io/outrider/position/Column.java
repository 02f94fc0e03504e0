package io.outrider.position;

import java.util.Arrays;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * One field of all positions of a run, as CBOR (docs/protocol.md, section 9.2): null where none has
 * a value, one integer where all have the same, else an array of differences.
 */
final class Column {
    /** Stands for a value that a position does not have. */
    static final long MISSING = Long.MIN_VALUE;

    /** Larger differences cannot come from values in range, and smaller ones cannot overflow. */
    private static final long DIFFERENCE_MAX = 1L << 52;

    private Column() {}

    static boolean isAbsent(long[] values) {
        for (long value : values) {
            if (value != MISSING) {
                return false;
            }
        }
        return true;
    }

    static void write(JsonGenerator out, long[] values) {
        if (isAbsent(values)) {
            out.writeNull();
            return;
        }
        if (isConstant(values)) {
            out.writeNumber(values[0]);
            return;
        }
        long[] elements = new Differences().of(values);
        int length = lengthWritten(elements);
        out.writeStartArray(out, length);
        for (int i = 0; i < length; i++) {
            if (elements[i] == MISSING) {
                out.writeNull();
            } else {
                out.writeNumber(elements[i]);
            }
        }
        out.writeEndArray();
    }

    /**
     * Reads the column that the parser stands on, and leaves it on the column's last token.
     *
     * @throws MalformedRun where it is none, or a value is outside the range
     */
    static long[] read(JsonParser in, int count, long min, long max) throws MalformedRun {
        long[] elements = new long[count];
        switch (in.currentToken()) {
            case VALUE_NULL -> Arrays.fill(elements, MISSING);
            case VALUE_NUMBER_INT -> elements[0] = number(in);
            case START_ARRAY -> readArray(in, elements);
            case null, default -> throw new MalformedRun("not a column");
        }
        return new Differences().undone(elements, min, max);
    }

    /** What the array leaves out at its end stays zero. */
    private static void readArray(JsonParser in, long[] elements) throws MalformedRun {
        int length = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (length == elements.length) {
                throw new MalformedRun("a column longer than the run");
            }
            elements[length++] = in.currentToken() == JsonToken.VALUE_NULL ? MISSING : number(in);
        }
    }

    static long number(JsonParser in) throws MalformedRun {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
                || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw new MalformedRun("not an integer");
        }
        return in.getLongValue();
    }

    private static boolean isConstant(long[] values) {
        for (long value : values) {
            if (value == MISSING || value != values[0]) {
                return false;
            }
        }
        return true;
    }

    /** Zero differences at the end are left out; the first value never is. */
    private static int lengthWritten(long[] elements) {
        int first = 0;
        while (elements[first] == MISSING) {
            first++;
        }
        int length = elements.length;
        while (length > first + 1 && elements[length - 1] == 0) {
            length--;
        }
        return length;
    }

    /**
     * Value, first difference, then differences of differences. A missing value neither uses nor
     * changes them.
     */
    private static final class Differences {
        private long value;
        private long difference;
        private int seen;

        long[] of(long[] values) {
            long[] elements = new long[values.length];
            for (int i = 0; i < values.length; i++) {
                elements[i] = values[i] == MISSING ? MISSING : elementOf(values[i]);
            }
            return elements;
        }

        long[] undone(long[] elements, long min, long max) throws MalformedRun {
            long[] values = new long[elements.length];
            for (int i = 0; i < elements.length; i++) {
                if (elements[i] == MISSING) {
                    values[i] = MISSING;
                    continue;
                }
                if (Math.abs(elements[i]) > DIFFERENCE_MAX) {
                    throw new MalformedRun("a difference of " + elements[i]);
                }
                values[i] = valueOf(elements[i]);
                if (values[i] < min || values[i] > max) {
                    throw new MalformedRun(values[i] + " is outside " + min + " to " + max);
                }
            }
            return values;
        }

        private long elementOf(long next) {
            long nextDifference = seen == 0 ? 0 : next - value;
            long element = seen == 0 ? next : nextDifference - difference;
            advance(next, nextDifference);
            return element;
        }

        private long valueOf(long element) {
            long nextDifference = seen == 0 ? 0 : difference + element;
            long next = seen == 0 ? element : value + nextDifference;
            advance(next, nextDifference);
            return next;
        }

        private void advance(long next, long nextDifference) {
            value = next;
            difference = nextDifference;
            seen++;
        }
    }
}
