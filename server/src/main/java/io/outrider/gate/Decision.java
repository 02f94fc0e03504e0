package io.outrider.gate;

/** What the gate says of one request of somebody who is inside. */
public sealed interface Decision {

    /** The rule that decided, for people: for {@code policy explain} and the log. */
    String rule();

    record Allow(String rule) implements Decision {}

    /**
     * No, and why.
     *
     * @param code what MQTT calls it
     * @param reason for people, in printable ASCII; reaches MQTT 5 clients as the reason string
     */
    record Deny(ReasonCode code, String reason, String rule) implements Decision {}
}
