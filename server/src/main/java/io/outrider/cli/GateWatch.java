package io.outrider.cli;

import io.outrider.gate.GateEvent;
import java.time.Instant;
import java.time.InstantSource;
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
            case GateEvent.Admitted(var identity, String address) -> {
                count("admitted");
                log.debug("{} connected from {}", identity.tracker(), address);
            }
            case GateEvent.Refused(String clientId, String address, var code, String reason) -> {
                count("refused " + code.name().toLowerCase(java.util.Locale.ROOT));
                warn("Refused '" + clientId + "' from " + address + ": " + reason);
            }
            case GateEvent.Denied(
                            var tracker,
                            var operation,
                            String topic,
                            var code,
                            String reason) -> {
                count("denied " + code.name().toLowerCase(java.util.Locale.ROOT));
                warn("Denied " + tracker + " to " + operation + " '" + topic + "': " + reason);
            }
            case GateEvent.Withheld(var tracker, String why) -> {
                count("withheld");
                warn("Gave " + tracker + " no answer: " + why);
            }
            case GateEvent.Left(var tracker) -> {
                count("left");
                log.debug("{} disconnected", tracker);
            }
        }
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
