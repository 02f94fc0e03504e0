package io.outrider.watch;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes events to the program's log: a sentence, with the fields as key and value, which the JSON
 * form of the log shows. Tells some of each kind a second, and how many it did not.
 */
final class EventLog implements Subscriber {
    /** What the time of an event goes by; the log's own time is that of the line. */
    static final String TIME = "time";

    private static final Logger log = LoggerFactory.getLogger("gate");

    private final Sampler sampler;
    private final LongAdder suppressed = new LongAdder();

    EventLog(int linesPerSecondMax) {
        this.sampler = new Sampler(linesPerSecondMax);
    }

    /** Events that were not told, but for their number. */
    long suppressed() {
        return suppressed.sum();
    }

    @Override
    public void take(Seen seen) {
        tellSuppressed(seen.at());
        if (!sampler.lets(seen.kind(), seen.at())) {
            suppressed.increment();
            return;
        }
        Description description = Description.of(seen);
        LoggingEventBuilder line =
                seen.kind().severity() == EventKind.Severity.INFORMATIONAL
                        ? log.atInfo()
                        : log.atWarn();
        line = line.addKeyValue(TIME, Timestamp.of(seen.at()));
        for (Map.Entry<String, Object> field : description.fields().entrySet()) {
            line = line.addKeyValue(field.getKey(), field.getValue());
        }
        line.log(description.sentence());
    }

    @Override
    public void missed(long count, Instant now) {
        log.atWarn()
                .addKeyValue("event", "missed")
                .addKeyValue("count", count)
                .log(count + " events are not in this log: more came than could be written");
    }

    @Override
    public void idle(Instant now) {
        tellSuppressed(now);
    }

    private void tellSuppressed(Instant now) {
        Map<EventKind, Long> told = sampler.toTell(now);
        if (told.isEmpty()) {
            return;
        }
        LoggingEventBuilder line = log.atWarn().addKeyValue("event", "suppressed");
        for (Map.Entry<EventKind, Long> entry : told.entrySet()) {
            line = line.addKeyValue(entry.getKey().label(), entry.getValue());
        }
        line.log("Not logged, because there were too many: " + words(told));
    }

    static String words(Map<EventKind, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().label())
                .collect(Collectors.joining(", "));
    }
}
