package io.outrider.gate;

/** What the gate says of one CONNECT. */
public sealed interface Admission {

    record Admitted(Identity identity) implements Admission {}

    /**
     * No, and why.
     *
     * @param code what MQTT calls it
     * @param reason for people, in printable ASCII; reaches MQTT 5 clients as the reason string
     * @param rule that decided, for people
     */
    record Refused(ReasonCode code, String reason, String rule) implements Admission {}
}
