package io.outrider.gate;

import java.util.function.Supplier;

/** What the gate says of one request of somebody who is inside. */
public sealed interface Decision {

    /** The rule that decided, for people: for {@code policy explain} and the log. */
    String rule();

    /** The first refusal of both, or the second's permission: what bars comes before what opens. */
    default Decision and(Supplier<Decision> next) {
        return switch (this) {
            case Deny denied -> denied;
            case Allow _ -> next.get();
        };
    }

    record Allow(String rule) implements Decision {}

    /**
     * No, and why.
     *
     * @param code what MQTT calls it
     * @param reason for people, in printable ASCII; reaches MQTT 5 clients as the reason string
     */
    record Deny(ReasonCode code, String reason, String rule) implements Decision {}
}
