package io.outrider.gate;

import io.outrider.topic.TrackerId;

/**
 * Something that happened at the gate and is worth counting or logging. Strings that a peer has
 * chosen are cut and made printable, so that none of them can forge a line of a log. No event holds
 * a payload.
 */
public sealed interface GateEvent {

    /** A client was let in. */
    record Admitted(Identity identity, String address) implements GateEvent {}

    /** A CONNECT was refused. The client identifier is what the client claimed. */
    record Refused(String clientId, String address, ReasonCode code, String reason)
            implements GateEvent {
        public Refused {
            clientId = printable(clientId);
        }
    }

    /** Somebody inside asked for what they may not do. */
    record Denied(
            TrackerId tracker, Operation operation, String topic, ReasonCode code, String reason)
            implements GateEvent {
        public Denied {
            topic = printable(topic);
        }
    }

    /** A message got no answer, and its sender will be disconnected. */
    record Withheld(TrackerId tracker, String why) implements GateEvent {}

    /** A connection of an admitted client has ended, whoever ended it. */
    record Left(TrackerId tracker) implements GateEvent {}

    /** What was asked for. */
    enum Operation {
        PUBLISH,
        SUBSCRIBE,
        STAY
    }

    /** Printable ASCII, at most 128 characters; anything else shows as a question mark. */
    private static String printable(String text) {
        String cut = text.length() > 128 ? text.substring(0, 128) : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
