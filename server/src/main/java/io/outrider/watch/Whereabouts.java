package io.outrider.watch;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Peer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where those who are inside have come from, by client identifier, so that an event that does not
 * say it can be told with its address. Safe for use by many threads.
 */
final class Whereabouts {
    /** Beyond this, events of clients that come are told without an address. */
    private static final int CLIENTS_MAX = 100_000;

    private final Map<String, Peer> peers = new ConcurrentHashMap<>();

    /** Where this event comes from; learns and forgets by it. */
    Optional<Peer> of(GateEvent event) {
        return switch (event) {
            case GateEvent.HandshakeFailed failed -> Optional.of(failed.peer());
            case GateEvent.Refused refused -> Optional.of(refused.peer());
            case GateEvent.Limited limited -> Optional.of(limited.peer());
            case GateEvent.Connected connected -> {
                if (peers.size() < CLIENTS_MAX || peers.containsKey(connected.clientId())) {
                    peers.put(connected.clientId(), connected.peer());
                }
                yield Optional.of(connected.peer());
            }
            case GateEvent.Disconnected gone -> {
                // Only this one: where the same client has come again, the new one stays.
                peers.remove(gone.clientId(), gone.peer());
                yield Optional.of(gone.peer());
            }
            case GateEvent.Subscribed subscribed -> known(subscribed.clientId());
            case GateEvent.Published published -> known(published.clientId());
            case GateEvent.Denied denied -> known(denied.clientId());
            case GateEvent.Withheld withheld -> known(withheld.identity().name());
        };
    }

    int size() {
        return peers.size();
    }

    private Optional<Peer> known(String clientId) {
        return Optional.ofNullable(peers.get(clientId));
    }
}
