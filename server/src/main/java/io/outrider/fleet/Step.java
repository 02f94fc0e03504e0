package io.outrider.fleet;

import java.util.List;

/**
 * What one change came to, and whom it concerns: what the listeners hear once it is durable.
 *
 * @param heard in the order in which it is to be heard; empty where nothing was changed
 */
record Step<T>(Change<T> change, List<RightsChange> heard) {
    Step {
        heard = List.copyOf(heard);
    }

    static <T> Step<T> made(T value, RightsChange... heard) {
        return new Step<>(new Change.Made<>(value), List.of(heard));
    }

    static <T> Step<T> refused(String why) {
        return new Step<>(new Change.Refused<>(why), List.of());
    }
}
