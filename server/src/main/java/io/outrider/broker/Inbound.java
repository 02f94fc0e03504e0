package io.outrider.broker;

import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.util.List;

/**
 * One message of a tracker that the gate has let through.
 *
 * @param enrolment the number under which this tracker is enrolled now
 * @param channel one that leads from the tracker to the backend
 * @param properties MQTT 5 user properties in the order in which they came
 * @param duplicate the DUP flag: the tracker believes that it has sent this before
 */
public record Inbound(
        TrackerId tracker,
        long enrolment,
        Channel channel,
        Payload payload,
        List<UserProperty> properties,
        boolean duplicate) {

    /**
     * One MQTT 5 user property. Both strings are the tracker's words: not authenticated by a seal.
     */
    public record UserProperty(String name, String value) {}

    public Inbound {
        properties = List.copyOf(properties);
    }
}
