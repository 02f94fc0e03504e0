package io.outrider.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The gate's events in the program's log and, where configured, at a syslog receiver. */
public final class Logs implements AutoCloseable {
    private static final int LOG_WAITING_MAX = 1_000;

    private final Deque<AutoCloseable> parts;
    private final EventLog log;

    private Logs(Deque<AutoCloseable> parts, EventLog log) {
        this.parts = parts;
        this.log = log;
    }

    /** Logs from now on; the whole program's log takes the form that is configured. */
    public static Logs start(LogConfig config, Watch watch) {
        var parts = new ArrayDeque<AutoCloseable>();
        format(config.format()).ifPresent(parts::push);
        var log = new EventLog(config.linesPerSecondMax());
        parts.push(watch.subscribe("log", config.events(), LOG_WAITING_MAX, log));
        return new Logs(parts, log);
    }

    private static Optional<LogFormat> format(LogConfig.Format format) {
        return switch (format) {
            case TEXT -> Optional.empty();
            case JSON -> Optional.of(LogFormat.json());
        };
    }

    /** Events that are not in the log, but for their number, because there were too many. */
    long suppressed() {
        return log.suppressed();
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
