package io.outrider.broker;

import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.SubscribeRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Whom the sessions belong to that the engine keeps under client identifiers: an identity by its
 * kind and number, so a name that is given again inherits nothing. Safe for use by many threads.
 */
final class SessionOwners {
    /** From here on a session that was claimed is in the engine, if it ever gets there. */
    private static final long SETTLED_NANOS = Duration.ofSeconds(30).toNanos();

    private final Connections connections;
    private final Gate gate;
    private final LongSupplier nanoTime;

    /** One for each tracker, and for each client as many as it may have connections. */
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    /** The client identifiers of each client by its name; to be had under the lock of this. */
    private final Map<String, Set<String>> clients = new ConcurrentHashMap<>();

    /**
     * Who has a session, and what it left behind for when its connection breaks.
     *
     * @param claimedAt by the clock of these owners
     */
    record Owner(Identity identity, Optional<PublishRequest> will, long claimedAt) {
        boolean is(Identity other) {
            return identity.number() == other.number()
                    && identity instanceof Identity.OfTracker
                            == other instanceof Identity.OfTracker;
        }
    }

    /** A client has as many sessions already as it may have. */
    static final class NoRoomException extends Exception {
        static final String WHY = "this client has too many sessions";

        NoRoomException() {
            super(WHY);
        }
    }

    /**
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    SessionOwners(Connections connections, Gate gate, LongSupplier nanoTime) {
        this.connections = connections;
        this.gate = gate;
        this.nanoTime = nanoTime;
    }

    /**
     * Makes the session of this client identifier the identity's own. A session of another owner's
     * goes first, as does one that holds a subscription that the identity may not have now.
     *
     * @return complete when that is so; fails with {@link NoRoomException} where the client has too
     *     many, and where it fails nothing has changed hands
     */
    CompletionStage<Void> claim(Identity identity, String clientId) {
        if (identity instanceof Identity.OfClient client && !hasRoom(client.name(), clientId)) {
            return CompletableFuture.failedStage(new NoRoomException());
        }
        Owner before =
                owners.put(clientId, new Owner(identity, Optional.empty(), nanoTime.getAsLong()));
        if (before == null || (before.is(identity) && mayKeep(identity, clientId))) {
            return CompletableFuture.completedFuture(null);
        }
        return connections
                .dropSession(clientId)
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        owners.put(clientId, before);
                    }
                });
    }

    private synchronized boolean hasRoom(String client, String clientId) {
        Set<String> ids = clients.computeIfAbsent(client, _ -> new HashSet<>());
        int max = gate.limits().connecting().connectionsPerClientMax();
        if (!ids.contains(clientId) && ids.size() >= max) {
            ids.removeIf(this::isOver);
            if (ids.size() >= max) {
                return false;
            }
        }
        ids.add(clientId);
        return true;
    }

    private boolean isOver(String clientId) {
        Owner owner = owners.get(clientId);
        if (owner != null
                && (nanoTime.getAsLong() - owner.claimedAt() < SETTLED_NANOS
                        || connections.hasSession(clientId))) {
            return false;
        }
        owners.remove(clientId);
        return true;
    }

    /** Whether the session holds nothing that the identity may not have. */
    boolean mayKeep(Identity identity, String clientId) {
        return connections.filters(clientId).stream()
                .allMatch(filter ->
                        gate.subscribe(identity, new SubscribeRequest(filter, 0))
                                instanceof Decision.Allow);
    }

    /** Notes the will of a connection that is about to begin. */
    void leaveWill(String clientId, PublishRequest will) {
        owners.computeIfPresent(
                clientId,
                (_, owner) -> new Owner(owner.identity(), Optional.of(will), owner.claimedAt()));
    }

    /** Who has each session of a client, by client identifier. */
    synchronized Map<String, Owner> ofClient(String client) {
        var found = new HashMap<String, Owner>();
        for (String id : clients.getOrDefault(client, Set.of())) {
            Owner owner = owners.get(id);
            if (owner != null) {
                found.put(id, owner);
            }
        }
        return found;
    }

    /** To be called when there is no session any more. */
    synchronized void forget(String client, String clientId) {
        owners.remove(clientId);
        Set<String> ids = clients.get(client);
        if (ids != null && ids.remove(clientId) && ids.isEmpty()) {
            clients.remove(client);
        }
    }
}
