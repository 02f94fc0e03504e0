package io.outrider.fleet;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * By which methods somebody may prove themselves, and who said so.
 *
 * @param methods at least one
 * @param from the most particular place that says anything
 */
public record MethodPolicy(Set<Method> methods, Source from) {
    /** What holds where nobody has said anything. */
    public static final MethodPolicy DEFAULT =
            new MethodPolicy(Set.of(Method.CERTIFICATE), Source.DEFAULT);

    /** Where a policy stands; a tracker's own takes the place of its fleet's. */
    public enum Source {
        DEFAULT,
        FLEET,
        TRACKER,
        CLIENT
    }

    public MethodPolicy {
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("a policy without a method lets nobody in");
        }
        methods = Set.copyOf(methods);
    }

    /** Such as {@code certificate, password (fleet)}. */
    @Override
    public String toString() {
        return EnumSet.copyOf(methods).stream()
                        .map(method -> method.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "))
                + " ("
                + from.name().toLowerCase(Locale.ROOT)
                + ")";
    }
}
