package io.outrider.cli;

import io.outrider.fleet.Client;
import io.outrider.fleet.Operation;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.gate.ClientEntry;
import io.outrider.gate.Directory;
import io.outrider.gate.KeyHash;
import io.outrider.gate.TrackerEntry;
import io.outrider.topic.TrackerId;
import java.util.Optional;

/** The registry, as the gate asks it; answers from memory. Safe for use by many threads. */
final class RegistryDirectory implements Directory {
    private final Registry registry;

    /** What the clients' grants came to, and at which revision of the registry. */
    private volatile Heard heard = new Heard(-1, false);

    private record Heard(long revision, boolean isAnybody) {}

    RegistryDirectory(Registry registry) {
        this.registry = registry;
    }

    @Override
    public Optional<TrackerEntry> tracker(TrackerId id) {
        return registry.find(id).map(RegistryDirectory::entry);
    }

    @Override
    public Optional<ClientEntry> client(String name) {
        return registry.client(name).map(RegistryDirectory::entry);
    }

    /** Looks through all grants once after each change, and not at each message. */
    @Override
    public boolean hearsTrackers() {
        Heard known = heard;
        // Read first: a change in between makes the answer too old, and it is asked again.
        long revision = registry.revocationRevision();
        if (known.revision() != revision) {
            known = new Heard(revision, isAnybodyHearing());
            heard = known;
        }
        return known.isAnybody();
    }

    private boolean isAnybodyHearing() {
        return registry.clients().stream()
                .flatMap(client -> client.grants().stream())
                .anyMatch(grant ->
                        grant.operation() == Operation.SUBSCRIBE
                                && Reach.touchesTrackers(grant.filter()));
    }

    private static TrackerEntry entry(Tracker tracker) {
        return new TrackerEntry(
                tracker.enrolment(),
                tracker.standing(),
                tracker.state() instanceof Tracker.Enrolled state
                        ? Optional.of(new KeyHash(state.keySha256()))
                        : Optional.empty(),
                tracker.methods().methods());
    }

    private static ClientEntry entry(Client client) {
        return new ClientEntry(
                client.number(),
                client.certificate().map(its -> new KeyHash(its.keySha256())),
                client.methods().methods(),
                client.grants());
    }
}
