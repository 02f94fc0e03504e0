package io.outrider.watch;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Peer;
import io.outrider.gate.ReasonCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is told of an event, in words and in fields; the same in every log, on the command line and
 * in syslog. docs/observing.md lists the fields.
 *
 * @param sentence one line of printable ASCII
 * @param fields by name, in their order; each value is a string of printable ASCII, a number or a
 *     truth value
 */
record Description(String sentence, Map<String, Object> fields) {

    static Description of(Seen seen) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", seen.kind().label());
        String sentence = describe(seen.event(), fields);
        Peer peer = seen.event().peer();
        fields.put("address", peer.address());
        if (peer.port() != 0) {
            fields.put("port", peer.port());
        }
        fields.put("listener", peer.listener());
        return new Description(sentence, Collections.unmodifiableMap(fields));
    }

    private static String describe(GateEvent event, Map<String, Object> fields) {
        return switch (event) {
            case GateEvent.HandshakeFailed(var peer, String why) -> {
                fields.put("reason", why);
                yield "No handshake with " + peer.address() + ": " + why;
            }
            case GateEvent.Refused refused -> {
                fields.put("client", refused.clientId());
                put(fields, refused.code(), refused.reason(), refused.rule());
                yield "Refused '%s' from %s: %s"
                        .formatted(refused.clientId(), refused.peer().address(), refused.reason());
            }
            case GateEvent.Connected connected -> {
                put(fields, connected.identity(), connected.clientId());
                fields.put("version", GateCounters.lower(connected.version()));
                yield "%s connected from %s as '%s' by %s"
                        .formatted(
                                connected.identity().name(),
                                connected.peer().address(),
                                connected.clientId(),
                                GateCounters.lower(connected.identity().method()));
            }
            case GateEvent.Disconnected gone -> describe(gone, fields);
            case GateEvent.Limited limited -> {
                limited.identity().ifPresent(identity -> put(fields, identity));
                fields.put("limit", GateCounters.lower(limited.limit()));
                fields.put("reason", limited.what());
                yield "Limited " + limited.peer().address() + ": " + limited.what();
            }
            case GateEvent.Withheld(_, var identity, String why) -> {
                put(fields, identity);
                fields.put("reason", why);
                yield "Gave " + identity.name() + " no answer: " + why;
            }
            case GateEvent.Subscribed _, GateEvent.Published _, GateEvent.Denied _ ->
                    describeRequest(event, fields);
        };
    }

    private static String describe(GateEvent.Disconnected gone, Map<String, Object> fields) {
        put(fields, gone.identity(), gone.clientId());
        fields.put("by", gone.byServer() ? "server" : "client");
        gone.code().ifPresent(code -> put(fields, code));
        fields.put("reason", gone.why());
        return "%s disconnected%s: %s"
                .formatted(
                        gone.identity().name(),
                        gone.byServer() ? " by the server" : "",
                        gone.why());
    }

    /** What somebody inside asked for. */
    private static String describeRequest(GateEvent event, Map<String, Object> fields) {
        return switch (event) {
            case GateEvent.Subscribed subscribed -> {
                put(fields, subscribed.identity(), subscribed.clientId());
                fields.put("filter", subscribed.filter());
                fields.put("qos", subscribed.qos());
                yield "%s subscribed to '%s'"
                        .formatted(subscribed.identity().name(), subscribed.filter());
            }
            case GateEvent.Published published -> {
                put(fields, published.identity(), published.clientId());
                fields.put("topic", published.topic());
                fields.put("bytes", published.payloadBytes());
                fields.put("qos", published.qos());
                fields.put("retain", published.retain());
                yield "%s published %d bytes to '%s'"
                        .formatted(
                                published.identity().name(),
                                published.payloadBytes(),
                                published.topic());
            }
            case GateEvent.Denied denied -> {
                put(fields, denied.identity(), denied.clientId());
                fields.put("operation", GateCounters.lower(denied.operation()));
                fields.put("topic", denied.topic());
                put(fields, denied.code(), denied.reason(), denied.rule());
                yield "Denied %s to %s '%s': %s"
                        .formatted(
                                denied.identity().name(),
                                GateCounters.lower(denied.operation()),
                                denied.topic(),
                                denied.reason());
            }
            default -> throw new IllegalArgumentException("not a request: " + event);
        };
    }

    private static void put(Map<String, Object> fields, Identity identity, String clientId) {
        put(fields, identity);
        fields.put("client", clientId);
    }

    private static void put(Map<String, Object> fields, Identity identity) {
        fields.put("who", identity.name());
        fields.put("kind", GateCounters.kind(identity));
        fields.put("number", identity.number());
        fields.put("method", GateCounters.lower(identity.method()));
    }

    private static void put(
            Map<String, Object> fields, ReasonCode code, String reason, String rule) {
        put(fields, code);
        fields.put("reason", reason);
        fields.put("rule", rule);
    }

    private static void put(Map<String, Object> fields, ReasonCode code) {
        fields.put("code", GateCounters.lower(code));
        fields.put("codeHex", "0x%02x".formatted(code.code()));
    }
}
