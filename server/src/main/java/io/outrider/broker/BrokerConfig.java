package io.outrider.broker;

import java.nio.file.Path;

/**
 * Where the broker listens and lives. What it lets through is {@link io.outrider.gate.Limits}.
 *
 * @param directory of the broker alone; made where it is missing, private to its owner
 * @param bindAddress an IP address or host name of this machine
 * @param port 1 … 65,535, or 0 for any that is free
 */
public record BrokerConfig(Path directory, String bindAddress, int port, TlsStores tls) {
    public BrokerConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not in 0 … 65535");
        }
        if (bindAddress.isBlank()) {
            throw new IllegalArgumentException("the bind address is empty");
        }
    }
}
