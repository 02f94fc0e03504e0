package io.outrider.watch;

import java.util.Optional;
import java.util.Set;

/**
 * What of the gate is logged, how, and where to.
 *
 * @param format of every line of the program's log, also of those that are not the gate's
 * @param events the kinds that are written to the log
 * @param linesPerSecondMax of each kind, lasting; ten seconds' worth may come at once
 * @param syslog where else they go
 */
public record LogConfig(
        Format format,
        Set<EventKind> events,
        int linesPerSecondMax,
        Optional<SyslogConfig> syslog) {

    public static final int LINES_PER_SECOND = 2;
    public static final int LINES_PER_SECOND_LIMIT = 1_000;

    /** Text, and only what went wrong for somebody. */
    public static final LogConfig DEFAULT =
            new LogConfig(Format.TEXT, eventsOf(Format.TEXT), LINES_PER_SECOND, Optional.empty());

    /** How a line of the log reads. */
    public enum Format {
        /** For people. */
        TEXT,
        /** One JSON object a line (RFC 8259). */
        JSON
    }

    public LogConfig {
        events = Set.copyOf(events);
        if (linesPerSecondMax < 1 || linesPerSecondMax > LINES_PER_SECOND_LIMIT) {
            throw new IllegalArgumentException(
                    "linesPerSecondMax %d is not in 1 … %d"
                            .formatted(linesPerSecondMax, LINES_PER_SECOND_LIMIT));
        }
    }

    /** What is logged where nothing else is configured. */
    public static Set<EventKind> eventsOf(Format format) {
        return switch (format) {
            case TEXT -> EventKind.TROUBLE;
            case JSON -> EventKind.ALL_BUT_PUBLISHED;
        };
    }
}
