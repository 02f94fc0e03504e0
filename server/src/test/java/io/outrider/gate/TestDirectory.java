package io.outrider.gate;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.topic.TrackerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A directory that tests fill. */
public final class TestDirectory implements Directory {
    public final Map<TrackerId, TrackerEntry> trackers = new ConcurrentHashMap<>();
    public final Map<String, ClientEntry> clients = new ConcurrentHashMap<>();

    /** An enrolled tracker that may come by certificate. */
    public void enrol(TrackerId id, long number, KeyHash key) {
        trackers.put(
                id,
                new TrackerEntry(
                        number, Standing.ACTIVE, Optional.of(key), Set.of(Method.CERTIFICATE)));
    }

    /** A client that may come by certificate, with these grants and no others. */
    public void grant(String client, long number, KeyHash key, Grant... grants) {
        clients.put(
                client,
                new ClientEntry(
                        number, Optional.of(key), Set.of(Method.CERTIFICATE), List.of(grants)));
    }

    @Override
    public Optional<TrackerEntry> tracker(TrackerId id) {
        return Optional.ofNullable(trackers.get(id));
    }

    @Override
    public Optional<ClientEntry> client(String name) {
        return Optional.ofNullable(clients.get(name));
    }

    @Override
    public boolean hearsTrackers() {
        return !clients.isEmpty();
    }
}
