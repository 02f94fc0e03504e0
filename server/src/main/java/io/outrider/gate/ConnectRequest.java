package io.outrider.gate;

import java.util.Optional;

/**
 * A CONNECT, as far as the gate looks at it; who sent it is in a {@link Proof}.
 *
 * @param clientId as it was sent. Where a client leaves the choice to the server, the broker has
 *     put {@code NAME.<random>} in its place before it asks.
 * @param keepAliveSeconds 0 … 65,535; 0 asks for none
 * @param userProperties how many, those of the will not counted
 * @param userPropertyBytes names and values together
 */
public record ConnectRequest(
        MqttVersion version,
        String clientId,
        int keepAliveSeconds,
        Optional<Will> will,
        int userProperties,
        int userPropertyBytes) {

    /** One without user properties, as every CONNECT of MQTT 3.1.1 is. */
    public ConnectRequest(
            MqttVersion version, String clientId, int keepAliveSeconds, Optional<Will> will) {
        this(version, clientId, keepAliveSeconds, will, 0, 0);
    }

    /**
     * What is to be published when the connection breaks.
     *
     * @param topic whole
     * @param qos 0 … 2
     * @param userProperties how many
     * @param userPropertyBytes names and values together
     */
    public record Will(
            String topic,
            int qos,
            boolean retain,
            Optional<String> responseTopic,
            int userProperties,
            int userPropertyBytes) {

        /** One without properties, as every will of MQTT 3.1.1 is. */
        public Will(String topic, int qos, boolean retain) {
            this(topic, qos, retain, Optional.empty(), 0, 0);
        }

        /** What it becomes when the connection breaks. */
        PublishRequest published() {
            return new PublishRequest(
                    topic, qos, retain, responseTopic, userProperties, userPropertyBytes);
        }
    }
}
