package io.outrider.gate;

import java.util.Optional;

/**
 * A PUBLISH, as far as the gate looks at it.
 *
 * @param topic whole, after a topic alias has been resolved
 * @param qos 0 … 2
 * @param userProperties how many
 * @param userPropertyBytes names and values together
 */
public record PublishRequest(
        String topic,
        int qos,
        boolean retain,
        Optional<String> responseTopic,
        int userProperties,
        int userPropertyBytes) {}
