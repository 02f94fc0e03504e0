package io.outrider.cli;

import io.outrider.gate.GateEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what happens at the gate since the start, and logs what was refused: at most a few lines a
 * second, so that nobody fills the disk by knocking. Safe for use by many threads.
 */
final class GateWatch implements Consumer<GateEvent> {
    private static final int LINES_PER_SECOND_MAX = 5;
    private static final Logger log = LoggerFactory.getLogger(GateWatch.class);

    private final InstantSource clock;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private long second; // guarded by this
    private int linesThisSecond; // guarded by this

    GateWatch(InstantSource clock) {
        this.clock = clock;
    }

    /** By kind and reason code: as many as there are codes. */
    Map<String, Long> counts() {
        var sums = new TreeMap<String, Long>();
        counts.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }

    @Override
    public void accept(GateEvent event) {
        switch (event) {
            case GateEvent.HandshakeFailed(var peer, String why) -> {
                count("handshake failed");
                warn("No handshake with " + peer.address() + ": " + why);
            }
            case GateEvent.Connected(var peer, var identity, var clientId, var version) -> {
                count("admitted");
                log.debug("{} connected from {} by {}", clientId, peer, version);
            }
            case GateEvent.Refused(var peer, var clientId, var code, var reason, var rule) -> {
                count("refused " + lower(code));
                warn("Refused '" + clientId + "' from " + peer.address() + ": " + reason);
            }
            case GateEvent.Denied denied -> {
                count("denied " + lower(denied.code()));
                warn(
                        "Denied %s to %s '%s': %s"
                                .formatted(
                                        denied.identity().name(),
                                        lower(denied.operation()),
                                        denied.topic(),
                                        denied.reason()));
            }
            case GateEvent.Limited(var peer, var identity, var limit, var what) -> {
                count("limited " + lower(limit));
                warn("Limited " + peer.address() + ": " + what);
            }
            case GateEvent.Withheld(var identity, String why) -> {
                count("withheld");
                warn("Gave " + identity.name() + " no answer: " + why);
            }
            case GateEvent.Disconnected ended -> {
                count("left");
                log.debug("{} disconnected", ended.clientId());
            }
            case GateEvent.Subscribed _ -> count("subscribed");
            case GateEvent.Published _ -> count("published");
        }
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private void count(String name) {
        counts.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }

    private void warn(String line) {
        if (mayLog(clock.instant())) {
            log.warn(line);
        }
    }

    private synchronized boolean mayLog(Instant now) {
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            linesThisSecond = 0;
        }
        return linesThisSecond++ < LINES_PER_SECOND_MAX;
    }
}
