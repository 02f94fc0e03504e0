package io.outrider.gate;

/** What the gate says of one request of somebody who is inside. */
public sealed interface Decision {

    record Allow() implements Decision {}

    /**
     * No, and why.
     *
     * @param code what MQTT calls it
     * @param reason for people, in printable ASCII; reaches MQTT 5 clients as the reason string
     */
    record Deny(ReasonCode code, String reason) implements Decision {}
}
