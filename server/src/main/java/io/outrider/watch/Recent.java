package io.outrider.watch;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The last events of each kind. By kind, so that neither a flood of messages nor one of refusals
 * pushes out the rest. Safe for use by many threads: each kind's deque is guarded by its monitor.
 */
final class Recent {
    static final int EVENTS_OF_KIND_MAX = 250;

    private final Map<EventKind, Deque<Seen>> byKind = new EnumMap<>(EventKind.class);

    Recent() {
        EventKind.ALL.forEach(kind -> byKind.put(kind, new ArrayDeque<>(EVENTS_OF_KIND_MAX)));
    }

    void add(Seen seen) {
        Deque<Seen> events = of(seen.kind());
        synchronized (events) {
            if (events.size() == EVENTS_OF_KIND_MAX) {
                events.removeFirst();
            }
            events.addLast(seen);
        }
    }

    /** Of these kinds, in the order in which they came. */
    List<Seen> events(Set<EventKind> kinds) {
        return kinds.stream()
                .flatMap(kind -> copy(of(kind)).stream())
                .sorted(Comparator.comparingLong(Seen::number))
                .toList();
    }

    private Deque<Seen> of(EventKind kind) {
        Deque<Seen> events = byKind.get(kind);
        if (events == null) {
            throw new IllegalStateException("every kind has its deque");
        }
        return events;
    }

    private static List<Seen> copy(Deque<Seen> events) {
        synchronized (events) {
            return List.copyOf(events);
        }
    }
}
