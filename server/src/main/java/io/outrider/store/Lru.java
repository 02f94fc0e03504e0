package io.outrider.store;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of bounded size that forgets what was used longest ago. For one thread. */
final class Lru<K, V> extends LinkedHashMap<K, V> {
    private final int max;

    Lru(int max) {
        super(16, 0.75f, true);
        this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
    }
}
