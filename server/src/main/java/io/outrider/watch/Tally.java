package io.outrider.watch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * Counts by the values of some labels. There are never more than {@value #SETS_MAX} sets of values:
 * what would be one more counts as {@value #OTHER}. Safe for use by many threads.
 */
final class Tally {
    static final int SETS_MAX = 256;
    static final String OTHER = "other";

    private final List<String> labels;
    private final List<String> others;
    private final Map<List<String>, LongAdder> sums = new ConcurrentHashMap<>();

    Tally(String... labels) {
        this.labels = List.of(labels);
        this.others = this.labels.stream().map(_ -> OTHER).toList();
    }

    List<String> labels() {
        return labels;
    }

    void count(String... values) {
        add(1, values);
    }

    void add(long amount, String... values) {
        adder(List.of(values)).add(amount);
    }

    /** In the order of the values. */
    void forEach(BiConsumer<List<String>, Long> action) {
        var sorted =
                new TreeMap<List<String>, Long>(
                        Comparator.comparing((List<String> values) -> String.join("\n", values)));
        sums.forEach((values, sum) -> sorted.put(values, sum.sum()));
        sorted.forEach(action);
    }

    private LongAdder adder(List<String> values) {
        LongAdder known = sums.get(values);
        if (known != null) {
            return known;
        }
        // Two threads may both find room for the last one: one more set is no harm.
        List<String> counted = sums.size() < SETS_MAX ? values : others;
        return sums.computeIfAbsent(counted, _ -> new LongAdder());
    }
}
