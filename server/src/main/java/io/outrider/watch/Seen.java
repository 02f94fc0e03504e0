package io.outrider.watch;

import io.outrider.gate.GateEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event as the watch took it.
 *
 * @param number counts all events since the start, from 1
 */
public record Seen(long number, Instant at, EventKind kind, GateEvent event) {

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
