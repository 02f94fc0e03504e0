package io.outrider.protocol;

import java.util.Random;

/** Runs a property over many seeds and names the one that breaks it; -Dseed= repeats that one. */
public final class ForAll {
    private ForAll() {}

    /** A property of what a generator of chance yields. */
    public interface Property {
        void check(Random random) throws Exception;
    }

    public static void seeds(int count, Property property) throws Exception {
        String only = System.getProperty("seed");
        long first = only == null ? 0 : Long.parseLong(only);
        long last = only == null ? count : first + 1;
        for (long seed = first; seed < last; seed++) {
            try {
                property.check(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("broken by -Dseed=" + seed, e);
            }
        }
    }
}
