package io.outrider.broker;

import io.outrider.gate.Identity;
import io.outrider.gate.Limits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose the retained messages are: of the client that published the last one of a topic, so that
 * they go with it. A will that is to be retained takes its place when it is left. Safe for use by
 * many threads.
 */
final class Retained {
    private final Limits.Sessions limits;

    /** By topic; at most retainedMax of them. */
    private final Map<String, Identity.OfClient> owners = new HashMap<>();

    /** How many topics each owner has, by its number; never 0. */
    private final Map<Long, Integer> counts = new HashMap<>();

    Retained(Limits.Sessions limits) {
        this.limits = limits;
    }

    /**
     * Makes a topic's retained message the client's.
     *
     * @return false where it has too many already, or all have together
     */
    synchronized boolean claim(Identity.OfClient client, String topic) {
        Identity.OfClient before = owners.get(topic);
        boolean isOwn = before != null && before.number() == client.number();
        boolean hasRoom =
                isOwn
                        || (counts.getOrDefault(client.number(), 0) < limits.retainedPerClientMax()
                                && (before != null || owners.size() < limits.retainedMax()));
        if (hasRoom) {
            release(topic);
            owners.put(topic, client);
            counts.merge(client.number(), 1, Integer::sum);
        }
        return hasRoom;
    }

    /** A topic has no retained message any more, whosever it was. */
    synchronized void release(String topic) {
        Identity.OfClient before = owners.remove(topic);
        if (before != null) {
            counts.computeIfPresent(before.number(), (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** The topics of all clients that have, or had, this name. */
    synchronized List<String> topics(String client) {
        return owners.entrySet().stream()
                .filter(owned -> owned.getValue().name().equals(client))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whom a topic's retained message belongs to. */
    synchronized Optional<Identity.OfClient> owner(String topic) {
        return Optional.ofNullable(owners.get(topic));
    }
}
