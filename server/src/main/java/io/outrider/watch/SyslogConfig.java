package io.outrider.watch;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A receiver of syslog over TLS (RFC 5425).
 *
 * @param host its name or address, which its certificate must have
 * @param port 1 … 65,535; {@value #PORT} is the usual one
 * @param caFile the authorities that it is believed by, PEM; empty for those of the system
 * @param client what we show it of ourselves; empty where it asks for nothing
 * @param hostname what we call ourselves in each message: printable ASCII without spaces
 * @param enterpriseNumber the private enterprise number in the names of our structured data (RFC
 *     5424, section 7.2.2)
 * @param events the kinds that are sent
 * @param messagesPerSecondMax of each kind, lasting; ten seconds' worth may come at once
 * @param waitingMax most messages that wait in memory while the receiver is away
 */
public record SyslogConfig(
        String host,
        int port,
        Optional<Path> caFile,
        Optional<ClientKey> client,
        String hostname,
        int enterpriseNumber,
        Set<EventKind> events,
        int messagesPerSecondMax,
        int waitingMax) {

    public static final int PORT = 6514;

    /**
     * RFC 5612 keeps this number for documentation, so that it is nobody's. We have none; whoever
     * has one can say so.
     */
    public static final int ENTERPRISE_NUMBER = 32473;

    public static final int MESSAGES_PER_SECOND = 100;
    public static final int MESSAGES_PER_SECOND_LIMIT = 10_000;
    public static final int WAITING = 10_000;
    public static final int WAITING_LIMIT = 100_000;

    private static final Pattern HOSTNAME = Pattern.compile("[!-~]{1,255}");

    /**
     * Our certificate and its key.
     *
     * @param chainFile PEM, our certificate first
     * @param keyFile PEM, not encrypted, readable by its owner only
     */
    public record ClientKey(Path chainFile, Path keyFile) {}

    public SyslogConfig {
        events = Set.copyOf(events);
        requireInRange("port", port, 1, 65_535);
        requireInRange("enterpriseNumber", enterpriseNumber, 0, Integer.MAX_VALUE);
        requireInRange("messagesPerSecondMax", messagesPerSecondMax, 1, MESSAGES_PER_SECOND_LIMIT);
        requireInRange("waitingMax", waitingMax, 1, WAITING_LIMIT);
        if (host.isBlank()) {
            throw new IllegalArgumentException("the syslog host is empty");
        }
        if (!HOSTNAME.matcher(hostname).matches()) {
            throw new IllegalArgumentException("'" + hostname + "' cannot name us in syslog");
        }
    }

    /** A receiver at this address with all else as it comes. */
    public static SyslogConfig of(String host, int port, String hostname) {
        return new SyslogConfig(
                host,
                port,
                Optional.empty(),
                Optional.empty(),
                hostname,
                ENTERPRISE_NUMBER,
                EventKind.ALL_BUT_PUBLISHED,
                MESSAGES_PER_SECOND,
                WAITING);
    }

    private static void requireInRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is not in " + min + " … " + max);
        }
    }
}
