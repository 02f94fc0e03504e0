package io.outrider.position;

import java.util.List;

/**
 * Positions with consecutive sequence numbers of one journal, or the word that such a run will
 * never come. What one report carries.
 */
public sealed interface Run {
    /** Positions in one report. */
    int POSITIONS_MAX = 512;

    /** Sequence numbers in one word of a dropped run. */
    int DROPPED_MAX = 1 << 20;

    /** First sequences are 0 to 2^62 - 1, so that adding a count never overflows. */
    long FIRST_SEQUENCE_MAX = (1L << 62) - 1;

    /** The sequence of the first; the others follow without a gap. */
    long firstSequence();

    int count();

    /**
     * What the receiver said, position by position.
     *
     * @param positions 1 to 512, in the order of their sequence, which need not be that of time
     */
    record Positions(long firstSequence, List<Position> positions) implements Run {
        public Positions {
            requireInRange("first sequence", firstSequence, 0, FIRST_SEQUENCE_MAX);
            requireInRange("count", positions.size(), 1, POSITIONS_MAX);
            positions = List.copyOf(positions);
        }

        @Override
        public int count() {
            return positions.size();
        }
    }

    /**
     * Positions that the tracker gave up, so that nothing disappears without a word.
     *
     * @param count 1 to 2^20
     */
    record Dropped(long firstSequence, int count, DropReason reason) implements Run {
        public Dropped {
            requireInRange("first sequence", firstSequence, 0, FIRST_SEQUENCE_MAX);
            requireInRange("count", count, 1, DROPPED_MAX);
        }
    }

    private static void requireInRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is outside " + min + " to " + max);
        }
    }
}
