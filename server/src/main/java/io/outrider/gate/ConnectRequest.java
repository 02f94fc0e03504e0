package io.outrider.gate;

import java.util.Optional;

/**
 * A CONNECT, as far as the gate looks at it; who sent it is in a {@link Proof}.
 *
 * @param clientId as it was sent; empty where the client leaves the choice to the server
 * @param keepAliveSeconds 0 … 65,535; 0 asks for none
 */
public record ConnectRequest(
        MqttVersion version, String clientId, int keepAliveSeconds, Optional<Will> will) {

    /**
     * What is to be published when the connection breaks.
     *
     * @param topic whole
     * @param qos 0 … 2
     */
    public record Will(String topic, int qos, boolean retain) {}
}
