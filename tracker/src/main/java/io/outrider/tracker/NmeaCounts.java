package io.outrider.tracker;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What became of the lines of one receiver. Written by its reader, read by any thread. */
public final class NmeaCounts {
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong positions = new AtomicLong();
    private final Map<NmeaRefusal, AtomicLong> refused = new EnumMap<>(NmeaRefusal.class);

    NmeaCounts() {
        for (NmeaRefusal reason : NmeaRefusal.values()) {
            refused.put(reason, new AtomicLong());
        }
    }

    /** Lines of any kind, comments and garbage among them. */
    public long lines() {
        return lines.get();
    }

    public long positions() {
        return positions.get();
    }

    public long refused(NmeaRefusal reason) {
        return of(reason).get();
    }

    /** All reasons that occurred, in the order of the enum. */
    public Map<NmeaRefusal, Long> refused() {
        Map<NmeaRefusal, Long> occurred = new EnumMap<>(NmeaRefusal.class);
        for (NmeaRefusal reason : NmeaRefusal.values()) {
            if (refused(reason) > 0) {
                occurred.put(reason, refused(reason));
            }
        }
        return occurred;
    }

    void line() {
        lines.incrementAndGet();
    }

    void position() {
        positions.incrementAndGet();
    }

    void refuse(NmeaRefusal reason) {
        of(reason).incrementAndGet();
    }

    private AtomicLong of(NmeaRefusal reason) {
        return Objects.requireNonNull(refused.get(reason));
    }
}
