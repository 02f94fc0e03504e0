package io.outrider.gate;

import io.outrider.fleet.Operation;
import java.util.Optional;

/**
 * Something that happened at the gate: who, from where, how big. Strings that a peer has chosen are
 * cut and made printable, so that none of them can forge a line of a log. No event holds a payload,
 * a secret or a position.
 */
public sealed interface GateEvent {

    /** A connection ended before it spoke MQTT: in the TLS handshake, or for want of a CONNECT. */
    record HandshakeFailed(Peer peer, String why) implements GateEvent {
        public HandshakeFailed {
            why = printable(why);
        }
    }

    /** A CONNECT was refused. The client identifier is what the client claimed. */
    record Refused(Peer peer, String clientId, ReasonCode code, String reason, String rule)
            implements GateEvent {
        public Refused {
            clientId = printable(clientId);
        }
    }

    /** A client was let in. */
    record Connected(Peer peer, Identity identity, String clientId, MqttVersion version)
            implements GateEvent {}

    /**
     * A connection of somebody who was let in has ended.
     *
     * @param code what was said in a DISCONNECT, by either side; empty where nothing was said
     * @param byServer whether it was we who ended it
     */
    record Disconnected(
            Peer peer,
            Identity identity,
            String clientId,
            boolean byServer,
            Optional<ReasonCode> code,
            String why)
            implements GateEvent {
        public Disconnected {
            why = printable(why);
        }
    }

    /** A subscription was granted. */
    record Subscribed(Identity identity, String clientId, String filter, int qos)
            implements GateEvent {
        public Subscribed {
            filter = printable(filter);
        }
    }

    /**
     * A message was taken.
     *
     * @param payloadBytes its length
     */
    record Published(
            Identity identity,
            String clientId,
            String topic,
            int payloadBytes,
            int qos,
            boolean retain)
            implements GateEvent {
        public Published {
            topic = printable(topic);
        }
    }

    /** Somebody inside asked for what they may not do. */
    record Denied(
            Identity identity,
            String clientId,
            Operation operation,
            String topic,
            ReasonCode code,
            String reason,
            String rule)
            implements GateEvent {
        public Denied {
            topic = printable(topic);
        }
    }

    /**
     * A limit was reached: something was slowed down, refused or cut off for it.
     *
     * @param identity empty where nobody had proven anything yet
     */
    record Limited(Peer peer, Optional<Identity> identity, Limit limit, String what)
            implements GateEvent {}

    /** A message got no answer, and its sender will be disconnected. */
    record Withheld(Identity identity, String why) implements GateEvent {}

    /** Printable ASCII, at most 128 characters; anything else shows as a question mark. */
    private static String printable(String text) {
        String cut = text.length() > 128 ? text.substring(0, 128) : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
