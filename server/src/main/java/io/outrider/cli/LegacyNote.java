package io.outrider.cli;

import java.util.Map;
import java.util.Optional;

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

    static void put(Map<String, Object> report, Config config) {
        of(config).ifPresent(note -> report.put(FIELD, note));
    }
}
