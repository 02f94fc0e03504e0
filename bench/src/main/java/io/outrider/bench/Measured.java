package io.outrider.bench;

/**
 * A value, and how much it can be trusted.
 *
 * @param foreignCores that something else kept busy while it was measured
 */
record Measured(double value, double foreignCores) {
    Measured times(double factor) {
        return new Measured(value * factor, foreignCores);
    }
}
