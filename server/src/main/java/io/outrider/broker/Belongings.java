package io.outrider.broker;

import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.ReasonCode;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What clients own here, and its end: connections, sessions with subscriptions and queues, wills,
 * retained messages. Safe for use by many threads.
 */
final class Belongings {
    private static final long REMOVE_SECONDS = 5;

    private final Connections connections;
    private final SessionOwners owners;
    private final Retained retained;
    private final Gate gate;

    Belongings(Connections connections, Gate gate) {
        this.connections = connections;
        this.owners = connections.owners();
        this.retained = connections.retained();
        this.gate = gate;
    }

    /** Everything of a client goes; no will is published, a delayed one neither. */
    void cutOff(String client, String reason) throws BrokerException {
        for (String clientId : owners.ofClient(client).keySet()) {
            end(client, clientId, reason);
        }
        for (String topic : retained.topics(client)) {
            clear(topic);
        }
    }

    /** What a client may no longer have goes: whole sessions, and single retained messages. */
    void recheck(String client) throws BrokerException {
        for (var session : owners.ofClient(client).entrySet()) {
            SessionOwners.Owner owner = session.getValue();
            Identity identity = withoutEnd(owner.identity());
            boolean mayStay =
                    gate.stay(identity) instanceof Decision.Allow
                            && owners.mayKeep(identity, session.getKey())
                            && owner.will()
                                    .map(will -> gate.publish(identity, will))
                                    .map(decision -> decision instanceof Decision.Allow)
                                    .orElse(true);
            if (!mayStay) {
                end(client, session.getKey(), "what this client may do has changed");
            }
        }
        for (String topic : retained.topics(client)) {
            Optional<Identity.OfClient> owner = retained.owner(topic);
            if (owner.isPresent()
                    && gate.publish(withoutEnd(owner.get()), retaining(topic))
                            instanceof Decision.Deny) {
                clear(topic);
            }
        }
    }

    /** A session outlives what proved its owner; whoever resumes it proves himself again. */
    private static Identity withoutEnd(Identity identity) {
        return switch (identity) {
            case Identity.OfTracker tracker -> tracker;
            case Identity.OfClient client ->
                    new Identity.OfClient(
                            client.name(),
                            client.number(),
                            client.method(),
                            Instant.MAX,
                            client.scopes());
        };
    }

    private static PublishRequest retaining(String topic) {
        return new PublishRequest(topic, 0, true, Optional.empty(), 0, 0);
    }

    private void end(String client, String clientId, String reason) throws BrokerException {
        connections.forget(clientId, ReasonCode.ADMINISTRATIVE_ACTION, reason);
        owners.forget(client, clientId);
    }

    private void clear(String topic) throws BrokerException {
        try {
            connections.clearRetained(topic).get(REMOVE_SECONDS, TimeUnit.SECONDS);
            retained.release(topic);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while removing what is retained", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new BrokerException("a retained message cannot be removed", e);
        }
    }
}
