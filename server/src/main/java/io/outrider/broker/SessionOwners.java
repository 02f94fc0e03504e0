package io.outrider.broker;

import io.outrider.gate.Identity;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whom the sessions belong to that the engine keeps under client identifiers: an identity by its
 * kind and number, so a name that is given again inherits nothing. Safe for use by many threads.
 */
final class SessionOwners {
    private final Connections connections;

    /** Grows with the registry, not with what strangers send: only who is admitted is in it. */
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    private record Owner(boolean isTracker, long number) {
        static Owner of(Identity identity) {
            return new Owner(identity instanceof Identity.OfTracker, identity.number());
        }
    }

    SessionOwners(Connections connections) {
        this.connections = connections;
    }

    /**
     * Makes the session of this client identifier the identity's own: another owner's goes first.
     *
     * @return complete when that is so; where it fails, nothing has changed hands
     */
    CompletionStage<Void> claim(Identity identity, String clientId) {
        Owner own = Owner.of(identity);
        Owner before = owners.put(clientId, own);
        if (before == null || before.equals(own)) {
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
}
