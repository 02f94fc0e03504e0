package io.outrider.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionAttributeStore;
import io.outrider.fleet.Method;
import io.outrider.gate.Identity;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is behind a connection, kept with the connection by the engine: written once, when the gate
 * has admitted it, and read by each hook. A connection without one was never admitted.
 */
final class IdentityAttribute {
    private static final String KEY = "outrider.identity";

    private IdentityAttribute() {}

    static void put(ConnectionAttributeStore attributes, Identity.OfTracker identity) {
        attributes.putAsString(
                KEY, identity.tracker() + " " + identity.number() + " " + identity.until());
    }

    static Optional<Identity.OfTracker> of(ConnectionAttributeStore attributes) {
        return attributes.getAsString(KEY).flatMap(IdentityAttribute::parse);
    }

    private static Optional<Identity.OfTracker> parse(String text) {
        String[] parts = text.split(" ", -1);
        return TrackerId.parse(parts[0])
                .map(id ->
                        new Identity.OfTracker(
                                id,
                                Long.parseLong(parts[1]),
                                Method.CERTIFICATE,
                                Instant.parse(parts[2])));
    }
}
