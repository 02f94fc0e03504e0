package io.outrider.cli;

import io.outrider.dashboard.FleetSource;
import io.outrider.dashboard.PositionSource;
import io.outrider.dashboard.Sighting;
import io.outrider.fleet.Registry;
import io.outrider.position.Position;
import io.outrider.store.Store;
import io.outrider.store.StoreException;
import io.outrider.store.StoredPosition;
import io.outrider.store.Subscription;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the map shows: the store's positions under the registry's names. Positions of trackers that
 * were removed have no name and are not shown. Safe for use by many threads.
 */
record MapSource(Registry registry, Store store) implements PositionSource, FleetSource {
    private static final int WAITING_MAX = 50_000;
    private static final Duration TAKE_MAX = Duration.ofSeconds(1);

    @Override
    public List<Member> members() {
        return registry.trackers().stream()
                .map(tracker -> new Member(tracker.id(), tracker.enrolment()))
                .toList();
    }

    @Override
    public List<Sighting> latest() {
        Map<Long, TrackerId> names = names();
        return store.latest().stream().flatMap(stored -> sighting(names, stored).stream()).toList();
    }

    @Override
    public void history(long enrolment, Instant from, Instant to, Consumer<Position> each)
            throws IOException {
        try {
            store.history(enrolment, from, to)
                    .forEachRemaining(stored -> each.accept(stored.position()));
        } catch (StoreException e) {
            throw new IOException("the history cannot be read", e);
        }
    }

    @Override
    public Feed follow(Consumer<Sighting> listener) {
        Subscription subscription = store.subscribe(WAITING_MAX);
        Thread feeder =
                Thread.ofVirtual().name("map-feed").start(() -> feed(subscription, listener));
        return () -> {
            feeder.interrupt();
            subscription.close();
        };
    }

    private void feed(Subscription subscription, Consumer<Sighting> listener) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                List<StoredPosition> arrived = subscription.take(TAKE_MAX).positions();
                if (!arrived.isEmpty()) {
                    Map<Long, TrackerId> names = names();
                    arrived.forEach(stored -> sighting(names, stored).ifPresent(listener));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Map<Long, TrackerId> names() {
        var names = new HashMap<Long, TrackerId>();
        registry.trackers().forEach(tracker -> names.put(tracker.enrolment(), tracker.id()));
        return names;
    }

    private static Optional<Sighting> sighting(Map<Long, TrackerId> names, StoredPosition stored) {
        return Optional.ofNullable(names.get(stored.enrolment()))
                .map(name ->
                        new Sighting(
                                name, stored.enrolment(), stored.position(), stored.receivedAt()));
    }
}
