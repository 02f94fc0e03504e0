package io.outrider.watch;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to a syslog receiver, and waits for it where it is away: what comes meanwhile waits
 * in the subscription's queue. For the subscription's thread, but for the figures.
 */
final class SyslogSender implements Subscriber, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SyslogSender.class);

    /** A connection that stood for so long was a good one: the next delay is short again. */
    private static final Duration GOOD_AFTER = Duration.ofMinutes(1);

    /** How long to wait before the receiver is called again, doubled after each failure. */
    record Delay(Duration first, Duration max) {
        static final Delay STANDARD = new Delay(Duration.ofSeconds(1), Duration.ofMinutes(1));

        Duration afterFailures(int count) {
            Duration doubled = first.multipliedBy(1L << Math.min(count - 1, 16));
            return doubled.compareTo(max) < 0 ? doubled : max;
        }
    }

    private final SyslogConfig config;
    private final SyslogTls tls;
    private final SyslogFormat format;
    private final Sampler sampler;
    private final Delay delay;
    private final InstantSource clock;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong suppressed = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private volatile Optional<SyslogConnection> connection = Optional.empty();
    private Instant connectedAt = Instant.MIN;
    private Instant nextTry = Instant.MIN;
    private volatile int failures; // in a row
    private boolean awayTold;

    SyslogSender(SyslogConfig config, Delay delay, InstantSource clock) throws IOException {
        this.config = config;
        this.tls = SyslogTls.of(config);
        this.format = new SyslogFormat(config, ProcessHandle.current().pid());
        this.sampler = new Sampler(config.messagesPerSecondMax());
        this.delay = delay;
        this.clock = clock;
    }

    /** Messages given to the system. */
    long sent() {
        return sent.get();
    }

    /** Events that were not sent, but for their number, because there were too many. */
    long suppressed() {
        return suppressed.get();
    }

    /** Connections made so far. */
    long connections() {
        return connections.get();
    }

    /** Attempts in a row that ended in nothing. */
    int failures() {
        return failures;
    }

    boolean isConnected() {
        return connection.filter(SyslogConnection::isOpen).isPresent();
    }

    @Override
    public void take(Seen seen) throws InterruptedException {
        tellSuppressed(seen.at());
        if (sampler.lets(seen.kind(), seen.at())) {
            send(format.event(seen));
        } else {
            suppressed.incrementAndGet();
        }
    }

    @Override
    public void missed(long count, Instant now) throws InterruptedException {
        send(
                format.note(
                        now,
                        "missed",
                        Map.of("count", count),
                        count + " events were dropped: more came than could wait"));
    }

    @Override
    public void idle(Instant now) throws InterruptedException {
        if (!isConnected() && !now.isBefore(nextTry)) {
            var _ = connect();
        }
        tellSuppressed(now);
    }

    private void tellSuppressed(Instant now) throws InterruptedException {
        Map<EventKind, Long> told = sampler.toTell(now);
        if (told.isEmpty()) {
            return;
        }
        var fields = new LinkedHashMap<String, Object>();
        told.forEach((kind, count) -> fields.put(kind.label(), count));
        send(
                format.note(
                        now,
                        "suppressed",
                        fields,
                        "Not sent, because there were too many: " + EventLog.words(told)));
    }

    /** Returns when it is sent. Interrupted where the watch ends before. */
    private void send(byte[] frame) throws InterruptedException {
        while (true) {
            Optional<SyslogConnection> open = isConnected() ? connection : connect();
            if (open.isPresent() && write(open.get(), frame)) {
                return;
            }
            Duration wait = Duration.between(clock.instant(), nextTry);
            if (wait.isPositive()) {
                Thread.sleep(wait);
            }
        }
    }

    private boolean write(SyslogConnection open, byte[] frame) {
        try {
            open.write(frame);
            sent.incrementAndGet();
            return true;
        } catch (IOException e) {
            lost(e);
            return false;
        }
    }

    private Optional<SyslogConnection> connect() {
        connection.ifPresent(_ -> lost(new IOException("the receiver closed the connection")));
        if (clock.instant().isBefore(nextTry)) {
            return Optional.empty();
        }
        try {
            connection = Optional.of(SyslogConnection.open(tls));
            connectedAt = clock.instant();
            connections.incrementAndGet();
            log.info("Connected to the syslog receiver {}:{}", config.host(), config.port());
            awayTold = false;
        } catch (IOException e) {
            lost(e);
        }
        return connection;
    }

    private void lost(IOException why) {
        connection.ifPresent(SyslogConnection::close);
        boolean wasGood =
                connection.isPresent() && connectedAt.plus(GOOD_AFTER).isBefore(clock.instant());
        connection = Optional.empty();
        failures = wasGood ? 1 : failures + 1;
        nextTry = clock.instant().plus(delay.afterFailures(failures));
        if (!awayTold) {
            awayTold = true;
            log.warn(
                    "The syslog receiver {}:{} is away ({}); up to {} events wait for it",
                    config.host(),
                    config.port(),
                    why.getMessage(),
                    config.waitingMax());
        }
    }

    /** After the subscription has ended. */
    @Override
    public void close() {
        connection.ifPresent(SyslogConnection::close);
    }
}
