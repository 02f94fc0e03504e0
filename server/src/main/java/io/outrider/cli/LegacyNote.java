package io.outrider.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Says in every report that there is a listener for old modems, where there is one. */
final class LegacyNote {
    static final String FIELD = "legacy";

    private LegacyNote() {}

    /** Empty where the configuration has none. */
    static Optional<String> of(Config config) {
        return config.mqttLegacy()
                .map(at ->
                        "mqtt-legacy on %s:%d takes old modems: TLS 1.2, RSA"
                                .formatted(at.address().getHostAddress(), at.port()));
    }

    /** Below a report in text, whose rows may have the note each. */
    static void print(PrintWriter out, List<JsonNode> rows) {
        rows.stream()
                .map(row -> row.path(FIELD).asString(""))
                .filter(note -> !note.isEmpty())
                .findFirst()
                .ifPresent(note -> out.println("Warning: " + note + "."));
    }

    static void put(Map<String, Object> report, Config config) {
        of(config).ifPresent(note -> report.put(FIELD, note));
    }
}
