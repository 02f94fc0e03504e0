package io.outrider.gate;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the directory holds of a client.
 *
 * @param number at least 1, never used twice
 * @param key of its certificate; empty where it has none
 * @param methods by which it may prove itself
 * @param grants all that it may do
 */
public record ClientEntry(
        long number, Optional<KeyHash> key, Set<Method> methods, List<Grant> grants) {
    public ClientEntry {
        if (number < 1) {
            throw new IllegalArgumentException("client number " + number + " is below 1");
        }
        methods = Set.copyOf(methods);
        grants = List.copyOf(grants);
    }
}
