package io.outrider.gate;

import io.outrider.fleet.Operation;
import java.util.Optional;

/**
 * Something that happened at the gate: who, from where, how big. Strings that a peer has chosen are
 * cut and made printable, so that none of them can forge a line of a log. No event holds a payload,
 * a secret or a position.
 */
public sealed interface GateEvent {
    /** Of each string in an event. */
    int CHARS_MAX = 128;

    /** Where the connection comes from that it happened on. */
    Peer peer();

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
            reason = printable(reason);
        }
    }

    /** A client was let in. */
    record Connected(Peer peer, Identity identity, String clientId, MqttVersion version)
            implements GateEvent {
        public Connected {
            clientId = printable(clientId);
        }
    }

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
            clientId = printable(clientId);
            why = printable(why);
        }
    }

    /** A subscription was granted. */
    record Subscribed(Peer peer, Identity identity, String clientId, String filter, int qos)
            implements GateEvent {
        public Subscribed {
            clientId = printable(clientId);
            filter = printable(filter);
        }
    }

    /**
     * A message was taken.
     *
     * @param payloadBytes its length
     */
    record Published(
            Peer peer,
            Identity identity,
            String clientId,
            String topic,
            int payloadBytes,
            int qos,
            boolean retain)
            implements GateEvent {
        public Published {
            clientId = printable(clientId);
            topic = printable(topic);
        }
    }

    /** Somebody inside asked for what they may not do. */
    record Denied(
            Peer peer,
            Identity identity,
            String clientId,
            Operation operation,
            String topic,
            ReasonCode code,
            String reason,
            String rule)
            implements GateEvent {
        public Denied {
            clientId = printable(clientId);
            topic = printable(topic);
            reason = printable(reason);
        }
    }

    /**
     * A limit was reached: something was slowed down, refused or cut off for it.
     *
     * @param identity empty where nobody had proven anything yet
     */
    record Limited(Peer peer, Optional<Identity> identity, Limit limit, String what)
            implements GateEvent {
        public Limited {
            what = printable(what);
        }
    }

    /** A message got no answer, and its sender will be disconnected. */
    record Withheld(Peer peer, Identity identity, String why) implements GateEvent {
        public Withheld {
            why = printable(why);
        }
    }

    /** Printable ASCII, at most {@value #CHARS_MAX} characters; anything else shows as "?". */
    private static String printable(String text) {
        String cut = text.length() > CHARS_MAX ? text.substring(0, CHARS_MAX) : text;
        for (int i = 0; i < cut.length(); i++) {
            if (!isPrintable(cut.charAt(i))) {
                return replaced(cut);
            }
        }
        return cut; // nearly always, and this is called for each message
    }

    private static String replaced(String text) {
        var printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            printable.append(isPrintable(text.charAt(i)) ? text.charAt(i) : '?');
        }
        return printable.toString();
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c <= '~';
    }
}
