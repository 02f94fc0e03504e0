package io.outrider.cli;

import io.outrider.watch.EventKind;
import io.outrider.watch.LogConfig;
import io.outrider.watch.SyslogConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code log}. */
final class LogReader {
    private static final Pattern FORMAT = Pattern.compile("text|json");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:-]{1,253}");
    private static final Pattern HOSTNAME = Pattern.compile("[!-~]{1,255}");
    private static final String SYSLOG = "log.syslog";

    private final ConfigReader in;

    private LogReader(ConfigReader in) {
        this.in = in;
    }

    /**
     * @param ownName what we call ourselves where the file does not say
     */
    static LogConfig read(ConfigReader in, String ownName) {
        var reader = new LogReader(in);
        LogConfig.Format format =
                in.text("log.format", "text", FORMAT, "text or json").equals("json")
                        ? LogConfig.Format.JSON
                        : LogConfig.Format.TEXT;
        return new LogConfig(
                format,
                reader.events("log.events", LogConfig.eventsOf(format)),
                in.integer(
                        "log.lines-per-second-max",
                        LogConfig.LINES_PER_SECOND,
                        1,
                        LogConfig.LINES_PER_SECOND_LIMIT),
                in.has(SYSLOG) ? reader.syslog(ownName) : Optional.empty());
    }

    private Optional<SyslogConfig> syslog(String ownName) {
        String host = in.requiredText(SYSLOG + ".host", HOST, "a host name or an address");
        int port = in.integer(SYSLOG + ".port", SyslogConfig.PORT, 1, 65_535);
        Optional<Path> authorities = in.file(SYSLOG + ".ca-file");
        Optional<SyslogConfig.ClientKey> client = client();
        String hostname =
                in.text(SYSLOG + ".hostname", ownName, HOSTNAME, "printable, without spaces");
        int enterprise =
                in.integer(
                        SYSLOG + ".enterprise-number",
                        SyslogConfig.ENTERPRISE_NUMBER,
                        0,
                        Integer.MAX_VALUE);
        Set<EventKind> events = events(SYSLOG + ".events", EventKind.ALL_BUT_PUBLISHED);
        int rate =
                in.integer(
                        SYSLOG + ".messages-per-second-max",
                        SyslogConfig.MESSAGES_PER_SECOND,
                        1,
                        SyslogConfig.MESSAGES_PER_SECOND_LIMIT);
        int waiting =
                in.integer(
                        SYSLOG + ".waiting-max",
                        SyslogConfig.WAITING,
                        1,
                        SyslogConfig.WAITING_LIMIT);
        return host.isEmpty()
                ? Optional.empty() // said already
                : Optional.of(
                        new SyslogConfig(
                                host,
                                port,
                                authorities,
                                client,
                                hostname,
                                enterprise,
                                events,
                                rate,
                                waiting));
    }

    private Optional<SyslogConfig.ClientKey> client() {
        Optional<Path> chain = in.file(SYSLOG + ".certificate-file");
        Optional<Path> key = in.file(SYSLOG + ".key-file");
        if (chain.isPresent() != key.isPresent()) {
            in.problem(SYSLOG, "needs certificate-file and key-file, or neither");
        }
        return chain.isPresent() && key.isPresent()
                ? Optional.of(new SyslogConfig.ClientKey(chain.get(), key.get()))
                : Optional.empty();
    }

    private Set<EventKind> events(String key, Set<EventKind> fallback) {
        List<String> labels = fallback.stream().map(EventKind::label).toList();
        var events = EnumSet.noneOf(EventKind.class);
        in.texts(
                        key,
                        labels,
                        label -> EventKind.labelled(label).isPresent(),
                        "one of "
                                + String.join(
                                        ", ",
                                        EventKind.ALL.stream().map(EventKind::label).toList()))
                .forEach(label -> EventKind.labelled(label).ifPresent(events::add));
        return events;
    }
}
