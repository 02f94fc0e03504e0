package io.outrider.tracker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of sequence numbers of a journal beside that they are in it: acknowledged, or given
 * up and why. Everything below the low-water mark is acknowledged. Not safe for use by many
 * threads.
 */
final class Fates {
    enum Fate {
        ACKNOWLEDGED(0),
        JOURNAL_FULL(1),
        REFUSED_TWICE(2),
        DAMAGED(3);

        final int code;

        Fate(int code) {
            this.code = code;
        }

        static @Nullable Fate ofCode(int code) {
            for (Fate fate : values()) {
                if (fate.code == code) {
                    return fate;
                }
            }
            return null;
        }
    }

    /** The numbers from {@code first} to below {@code end}. */
    record Span(long first, long end, Fate fate) {}

    private final TreeMap<Long, Span> spans = new TreeMap<>();
    private long lowWater;

    Fates(long lowWater) {
        this.lowWater = lowWater;
    }

    /** The lowest number that is not acknowledged. */
    long lowWater() {
        return lowWater;
    }

    /** The number behind the last whose fate is known. */
    long end() {
        return spans.isEmpty() ? lowWater : spans.lastEntry().getValue().end();
    }

    List<Span> spans() {
        return List.copyOf(spans.values());
    }

    /** What is acknowledged stays so; any other fate gives way to the new one. */
    void set(long first, long end, Fate fate) {
        long from = Math.max(first, lowWater);
        if (from >= end) {
            return;
        }
        List<Span> kept = fate == Fate.ACKNOWLEDGED ? List.of() : acknowledgedWithin(from, end);
        put(new Span(from, end, fate));
        kept.forEach(this::put);
        Map.Entry<Long, Span> lowest = spans.firstEntry();
        if (lowest != null
                && lowest.getKey() == lowWater
                && lowest.getValue().fate() == Fate.ACKNOWLEDGED) {
            lowWater = lowest.getValue().end();
            spans.pollFirstEntry();
        }
    }

    @Nullable Span at(long sequence) {
        Map.Entry<Long, Span> entry = spans.floorEntry(sequence);
        return entry != null && sequence < entry.getValue().end() ? entry.getValue() : null;
    }

    /** Where the next span after this number begins. */
    long nextFirst(long sequence) {
        Long first = spans.higherKey(sequence);
        return first == null ? Long.MAX_VALUE : first;
    }

    private List<Span> acknowledgedWithin(long first, long end) {
        List<Span> found = new ArrayList<>();
        for (Span span : overlapping(first, end)) {
            if (span.fate() == Fate.ACKNOWLEDGED) {
                found.add(
                        new Span(
                                Math.max(first, span.first()),
                                Math.min(end, span.end()),
                                span.fate()));
            }
        }
        return found;
    }

    private List<Span> overlapping(long first, long end) {
        List<Span> found = new ArrayList<>();
        Map.Entry<Long, Span> before = spans.lowerEntry(first);
        if (before != null && before.getValue().end() > first) {
            found.add(before.getValue());
        }
        found.addAll(spans.subMap(first, end).values());
        return found;
    }

    private void put(Span span) {
        for (Span other : overlapping(span.first(), span.end())) {
            spans.remove(other.first());
            if (other.first() < span.first()) {
                store(new Span(other.first(), span.first(), other.fate()));
            }
            if (other.end() > span.end()) {
                store(new Span(span.end(), other.end(), other.fate()));
            }
        }
        Span merged = span;
        Map.Entry<Long, Span> before = spans.lowerEntry(span.first());
        if (before != null
                && before.getValue().end() == span.first()
                && before.getValue().fate() == span.fate()) {
            merged = new Span(before.getValue().first(), merged.end(), span.fate());
        }
        Span after = spans.get(span.end());
        if (after != null && after.fate() == span.fate()) {
            spans.remove(after.first());
            merged = new Span(merged.first(), after.end(), span.fate());
        }
        store(merged);
    }

    private void store(Span span) {
        spans.put(span.first(), span);
    }
}
