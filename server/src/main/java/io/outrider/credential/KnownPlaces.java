package io.outrider.credential;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * From which address prefixes a name has succeeded. Only a right secret adds to it, so no stranger
 * can wash it out. Guarded by the monitor of {@link Guesses}.
 */
final class KnownPlaces {
    /** Of each name, the last so many: about 20 MB when all are full. */
    static final int PREFIXES_MAX = 8;

    static final int NAMES_MAX = 20_000;

    private final Map<String, Set<String>> byName = new LinkedHashMap<>(16, 0.75f, true);

    boolean contains(String name, String prefix) {
        return byName.getOrDefault(name, Set.of()).contains(prefix);
    }

    void add(String name, String prefix) {
        Set<String> prefixes = byName.computeIfAbsent(name, _ -> new LinkedHashSet<>());
        prefixes.remove(prefix); // so that it becomes the newest
        prefixes.add(prefix);
        removeFirstBeyond(prefixes, PREFIXES_MAX);
        removeFirstBeyond(byName.keySet(), NAMES_MAX);
    }

    private static void removeFirstBeyond(Set<String> ordered, int sizeMax) {
        if (ordered.size() > sizeMax) {
            var first = ordered.iterator();
            first.next();
            first.remove();
        }
    }
}
