package io.outrider.bench;

import java.util.Optional;
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
        Optional<Measured> outrider,
        Optional<Measured> mosquitto,
        OptionalDouble aim) {

    static Figure of(String name, String unit, Measured outrider, Measured mosquitto) {
        return of(name, unit, Optional.of(outrider), Optional.of(mosquitto));
    }

    static Figure of(
            String name, String unit, Optional<Measured> outrider, Optional<Measured> mosquitto) {
        return new Figure(name, unit, outrider, mosquitto, OptionalDouble.empty());
    }

    Figure aimedAt(double most) {
        return new Figure(name, unit, outrider, mosquitto, OptionalDouble.of(most));
    }

    /** Ours divided by Mosquitto's. */
    OptionalDouble ratio() {
        if (outrider.isEmpty() || mosquitto.isEmpty() || mosquitto.get().value() == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(outrider.get().value() / mosquitto.get().value());
    }
}
