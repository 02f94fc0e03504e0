package io.outrider.watch;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Puts the program's log into JSON lines, and back into text on close. The log is the process's.
 */
final class LogFormat implements AutoCloseable {
    private final List<Runnable> undo = new ArrayList<>();

    /** Every line from now on, whoever writes it, is a JSON object. */
    static LogFormat json() {
        var format = new LogFormat();
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            for (Iterator<ch.qos.logback.core.Appender<ILoggingEvent>> appenders =
                            root.iteratorForAppenders();
                    appenders.hasNext(); ) {
                if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                    format.change(root, appender);
                }
            }
        }
        return format;
    }

    private void change(Logger root, OutputStreamAppender<ILoggingEvent> appender) {
        Encoder<ILoggingEvent> before = appender.getEncoder();
        var lines = new JsonLines();
        lines.setContext(root.getLoggerContext());
        lines.start();
        appender.setEncoder(lines);
        undo.add(() -> appender.setEncoder(before));
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
    }
}
