package io.outrider.store;

import java.util.ArrayList;
import java.util.List;

/**
 * A contiguous run of sequences.
 *
 * @param first 0 to 2^62
 * @param count at least 1
 */
record Span(long first, long count) {

    static Span between(long first, long last) {
        return new Span(first, last - first + 1);
    }

    long last() {
        return first + count - 1;
    }

    boolean overlaps(Span other) {
        return first <= other.last() && other.first <= last();
    }

    /** What of this span is in none of the others, in ascending order. */
    List<Span> without(List<Span> others) {
        List<Span> rest = List.of(this);
        for (Span other : others) {
            List<Span> left = new ArrayList<>();
            for (Span piece : rest) {
                piece.cutInto(other, left);
            }
            rest = left;
        }
        return rest;
    }

    private void cutInto(Span other, List<Span> left) {
        if (!overlaps(other)) {
            left.add(this);
            return;
        }
        if (first < other.first) {
            left.add(between(first, other.first - 1));
        }
        if (other.last() < last()) {
            left.add(between(other.last() + 1, last()));
        }
    }
}
