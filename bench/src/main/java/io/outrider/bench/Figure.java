package io.outrider.bench;

import java.util.OptionalDouble;

/**
 * One number, beside Mosquitto's.
 *
 * @param mosquitto empty where Mosquitto does nothing of the kind
 * @param aim what it shall be at most; empty where nothing was promised
 */
record Figure(
        String name,
        String unit,
        OptionalDouble outrider,
        OptionalDouble mosquitto,
        OptionalDouble aim) {
    static Figure of(String name, String unit, double outrider, double mosquitto) {
        return new Figure(
                name,
                unit,
                OptionalDouble.of(outrider),
                OptionalDouble.of(mosquitto),
                OptionalDouble.empty());
    }

    static Figure alone(String name, String unit, double outrider) {
        return new Figure(
                name,
                unit,
                OptionalDouble.of(outrider),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    Figure aimedAt(double most) {
        return new Figure(name, unit, outrider, mosquitto, OptionalDouble.of(most));
    }

    /** Ours divided by Mosquitto's. */
    OptionalDouble ratio() {
        if (outrider.isEmpty() || mosquitto.isEmpty() || mosquitto.getAsDouble() == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(outrider.getAsDouble() / mosquitto.getAsDouble());
    }
}
