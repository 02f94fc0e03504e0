package io.outrider.watch;

import io.outrider.gate.GateEvent;
import io.outrider.gate.Peer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An event as the watch took it.
 *
 * @param number counts all events since the start, from 1
 * @param peer where it comes from; empty where neither the event nor an earlier one told
 */
public record Seen(long number, Instant at, EventKind kind, Optional<Peer> peer, GateEvent event) {

    /**
     * All that is told of it, in its order, from {@code time} to {@code message}; the fields of the
     * log's JSON lines.
     */
    public Map<String, Object> fields() {
        Description description = Description.of(this);
        var fields = new LinkedHashMap<String, Object>();
        fields.put("time", Timestamp.of(at));
        fields.putAll(description.fields());
        fields.put("message", description.sentence());
        return fields;
    }
}
