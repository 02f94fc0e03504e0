package io.outrider.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who wants to hear of changes of rights. Told by one thread at a time, joined by any. */
final class RightsListeners {
    private final List<Consumer<RightsChange>> listeners = new CopyOnWriteArrayList<>();

    void add(Consumer<RightsChange> listener) {
        listeners.add(listener);
    }

    /** One listener that fails keeps nothing from the others; its failure is thrown at the end. */
    void tell(List<RightsChange> changes) {
        var failures = new ArrayList<RuntimeException>();
        for (RightsChange change : changes) {
            for (Consumer<RightsChange> listener : listeners) {
                try {
                    listener.accept(change);
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }
        }
        if (!failures.isEmpty()) {
            var failure =
                    new IllegalStateException("a change is made, but a listener failed on it");
            failures.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}
