package io.outrider.watch;

import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Peer;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.TrackerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Events as the broker gives them. */
final class TestEvents {
    /** All that could end a line, a string or an element, turn text round or drive a terminal. */
    static final String HOSTILE =
            "a\"b\\c]d\r\n<84>1 forged\u0000\u001b[2J\u202e\u2028\u0085é日\ud83d\ude97=\u007f{\"x\":1}";

    static final Peer PEER = new Peer("192.0.2.7", 50_123, "trackers");
    static final Identity TRACKER =
            new Identity.OfTracker(
                    new TrackerId("acme", "truck-7"), 12, Method.CERTIFICATE, Instant.MAX);
    static final Identity CLIENT =
            new Identity.OfClient("lake", 3, Method.TOKEN, Instant.MAX, Optional.empty());

    private TestEvents() {}

    static GateEvent connected() {
        return new GateEvent.Connected(PEER, TRACKER, "acme.truck-7", MqttVersion.V5);
    }

    static GateEvent disconnected() {
        return new GateEvent.Disconnected(
                PEER, TRACKER, "acme.truck-7", false, Optional.empty(), "gone");
    }

    static GateEvent published(int bytes) {
        return new GateEvent.Published(
                PEER, TRACKER, "acme.truck-7", "o1/acme/truck-7/report", bytes, 1, false);
    }

    static GateEvent refused(String clientId) {
        return new GateEvent.Refused(
                PEER, clientId, ReasonCode.NOT_AUTHORIZED, "not enrolled", "directory");
    }

    /** One of each kind, with as much of this text as a peer could bring in. */
    static List<GateEvent> eachKind(String text) {
        return List.of(
                new GateEvent.HandshakeFailed(PEER, text),
                new GateEvent.Refused(PEER, text, ReasonCode.BANNED, text, "standing"),
                new GateEvent.Connected(PEER, CLIENT, text, MqttVersion.V3_1_1),
                new GateEvent.Disconnected(
                        PEER, CLIENT, text, true, Optional.of(ReasonCode.QUOTA_EXCEEDED), text),
                new GateEvent.Subscribed(PEER, CLIENT, text, text, 1),
                new GateEvent.Published(PEER, CLIENT, text, text, 17, 2, true),
                new GateEvent.Denied(
                        PEER,
                        CLIENT,
                        text,
                        Operation.PUBLISH,
                        text,
                        ReasonCode.NOT_AUTHORIZED,
                        text,
                        "deny by default"),
                new GateEvent.Limited(PEER, Optional.of(CLIENT), Limit.TOPIC, text),
                new GateEvent.Withheld(PEER, TRACKER, text));
    }
}
