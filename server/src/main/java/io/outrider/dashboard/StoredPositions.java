package io.outrider.dashboard;

import io.outrider.position.Position;
import io.outrider.store.Store;
import io.outrider.store.StoredPosition;
import io.outrider.store.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** What the server stores, as the map shows it. A virtual thread for each follower. */
final class StoredPositions implements PositionSource {
    private static final String FUTURE = "dated-in-future";

    private final Store store;

    StoredPositions(Store store) {
        this.store = store;
    }

    @Override
    public List<Sighting> latest() {
        return store.latest().stream().map(StoredPositions::sighting).toList();
    }

    @Override
    public void history(long enrolment, Instant from, Instant to, Consumer<Position> each) {
        store.history(enrolment, from, to)
                .forEachRemaining(stored -> {
                    if (!isFromFuture(stored)) {
                        each.accept(stored.position());
                    }
                });
    }

    @Override
    public Feed follow(Consumer<Sighting> listener) {
        Subscription subscription = store.subscribe(Limits.FEED_WAITING_MAX);
        Thread thread =
                Thread.ofVirtual()
                        .name("dashboard-feed")
                        .start(() -> relay(subscription, listener));
        return () -> {
            thread.interrupt();
            subscription.close();
        };
    }

    private void relay(Subscription subscription, Consumer<Sighting> listener) {
        try {
            while (true) {
                Subscription.Arrived arrived = subscription.take(Duration.ofMinutes(1));
                if (arrived.missed() > 0) {
                    latest().forEach(listener);
                }
                for (StoredPosition stored : arrived.positions()) {
                    if (!isFromFuture(stored)) {
                        listener.accept(sighting(stored));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static boolean isFromFuture(StoredPosition stored) {
        return stored.doubts().contains(FUTURE);
    }

    private static Sighting sighting(StoredPosition stored) {
        return new Sighting(stored.enrolment(), stored.position(), stored.receivedAt());
    }
}
