package io.outrider.watch;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.ReasonCode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Counts the gate's events under names that are known beforehand: kinds, codes, rules, limits and
 * listeners. Nothing that a peer chooses becomes a name. Safe for use by many threads.
 */
final class GateCounters {
    /** How a constant of ours reads. A rule that named a topic or an address would not. */
    private static final Pattern RULE = Pattern.compile("[a-z][a-z ]{0,63}");

    final Tally events = new Tally("event", "listener");
    final Tally refusals = new Tally("event", "code", "rule");
    final Tally admissions = new Tally("kind", "method", "version");
    final Tally disconnections = new Tally("by", "code");
    final Tally limits = limits();
    final Tally connections = new Tally("listener", "kind");
    final Tally messages = new Tally("kind", "qos");
    final Tally messageBytes = new Tally("kind");

    /** All of them from the start, so that the first one reached is seen as a rise. */
    private static Tally limits() {
        var limits = new Tally("limit");
        for (Limit limit : Limit.values()) {
            limits.add(0, lower(limit));
        }
        return limits;
    }

    void count(Seen seen) {
        String listener = seen.event().peer().listener();
        events.count(seen.kind().label(), listener);
        switch (seen.event()) {
            case GateEvent.Refused refused ->
                    refusals.count("refused", code(refused.code()), rule(refused.rule()));
            case GateEvent.Denied denied ->
                    refusals.count("denied", code(denied.code()), rule(denied.rule()));
            case GateEvent.Limited limited -> limits.count(lower(limited.limit()));
            case GateEvent.Connected connected -> {
                Identity identity = connected.identity();
                admissions.count(
                        kind(identity), lower(identity.method()), lower(connected.version()));
                connections.add(1, listener, kind(identity));
            }
            case GateEvent.Disconnected gone -> {
                disconnections.count(
                        gone.byServer() ? "server" : "client",
                        gone.code().map(GateCounters::code).orElse("none"));
                connections.add(-1, listener, kind(gone.identity()));
            }
            case GateEvent.Published published -> {
                String kind = kind(published.identity());
                messages.count(kind, Integer.toString(published.qos()));
                messageBytes.add(published.payloadBytes(), kind);
            }
            case GateEvent.HandshakeFailed _,
                    GateEvent.Subscribed _,
                    GateEvent.Withheld _ -> {} // the kind says it all
        }
    }

    /** For {@code status}: by kind, and by code or limit where there is one. */
    Map<String, Long> summary() {
        var summary = new TreeMap<String, Long>();
        events.forEach((values, sum) -> {
            Optional<String> name =
                    switch (values.getFirst()) {
                        case "handshake-failed" -> Optional.of("handshake failed");
                        case "connected" -> Optional.of("admitted");
                        case "disconnected" -> Optional.of("left");
                        case "refused", "denied", "limited" -> Optional.empty();
                        default -> Optional.of(values.getFirst());
                    };
            name.ifPresent(it -> summary.merge(it, sum, Long::sum));
        });
        refusals.forEach((values, sum) ->
                summary.merge(values.get(0) + " " + values.get(1), sum, Long::sum));
        limits.forEach((values, sum) -> {
            if (sum > 0) {
                summary.put("limited " + values.getFirst(), sum);
            }
        });
        return summary;
    }

    /** Who is inside, as the label {@code kind}. */
    static String kind(Identity identity) {
        return switch (identity) {
            case Identity.OfTracker _ -> "tracker";
            case Identity.OfClient _ -> "client";
        };
    }

    static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static String code(ReasonCode code) {
        return lower(code);
    }

    private static String rule(String rule) {
        return RULE.matcher(rule).matches() ? rule : Tally.OTHER;
    }
}
