package io.outrider.watch;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The gate's events in the program's log and, where configured, at a syslog receiver. */
public final class Logs implements AutoCloseable {
    private static final int LOG_WAITING_MAX = 1_000;

    private final Deque<Runnable> parts; // what closes them, last first
    private final EventLog log;
    private final Optional<SyslogSender> syslog;

    private Logs(Deque<Runnable> parts, EventLog log, Optional<SyslogSender> syslog) {
        this.parts = parts;
        this.log = log;
        this.syslog = syslog;
    }

    /**
     * Logs from now on; the whole program's log takes the form that is configured. A syslog
     * receiver that is away is waited for.
     *
     * @throws IOException where a file that the configuration names is not what it should be
     */
    public static Logs start(LogConfig config, Watch watch, InstantSource clock)
            throws IOException {
        return start(config, watch, clock, SyslogSender.Delay.STANDARD);
    }

    /** With delays that tests can wait for. */
    static Logs start(LogConfig config, Watch watch, InstantSource clock, SyslogSender.Delay delay)
            throws IOException {
        Optional<SyslogSender> syslog = Optional.empty();
        if (config.syslog().isPresent()) {
            syslog = Optional.of(new SyslogSender(config.syslog().get(), delay, clock));
        }
        var parts = new ArrayDeque<Runnable>();
        format(config.format()).ifPresent(format -> parts.push(format::close));
        var log = new EventLog(config.linesPerSecondMax());
        parts.push(watch.subscribe("log", config.events(), LOG_WAITING_MAX, log)::close);
        if (syslog.isPresent()) {
            SyslogConfig receiver = config.syslog().orElseThrow();
            SyslogSender sender = syslog.get();
            parts.push(sender::close);
            parts.push(
                    watch.subscribe("syslog", receiver.events(), receiver.waitingMax(), sender)
                            ::close);
        }
        return new Logs(parts, log, syslog);
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

    Optional<SyslogSender> syslog() {
        return syslog;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            parts.pop().run();
        }
    }
}
