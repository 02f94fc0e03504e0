package io.outrider.broker;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the broker listens and lives. What it lets through is {@link io.outrider.gate.Limits}.
 *
 * @param directory of the broker alone; made where it is missing, private to its owner
 * @param listeners at least one, each under a name of its own
 */
public record BrokerConfig(Path directory, List<ListenerConfig> listeners) {
    public BrokerConfig {
        listeners = List.copyOf(listeners);
        if (listeners.isEmpty()) {
            throw new IllegalArgumentException("there is no listener");
        }
        if (listeners.stream().map(ListenerConfig::name).distinct().count() != listeners.size()) {
            throw new IllegalArgumentException("two listeners have one name");
        }
    }
}
