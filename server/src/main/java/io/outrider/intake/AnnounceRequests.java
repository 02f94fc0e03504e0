package io.outrider.intake;

import io.outrider.keys.CommandKey;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.Bytes;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks trackers to announce an epoch, each only now and then: a signature costs, and a tracker that
 * answers needs a moment. Safe for use by many threads.
 */
final class AnnounceRequests {
    private final CommandKey key;
    private final Duration every;
    private final Map<Long, Instant> lastByEnrolment; // guarded by this

    AnnounceRequests(CommandKey key, IntakeLimits limits) {
        this.key = key;
        this.every = limits.announceEvery();
        this.lastByEnrolment =
                new LinkedHashMap<>() {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, Instant> eldest) {
                        return size() > limits.announcedMax();
                    }
                };
    }

    /** A signed request; empty where this tracker was asked lately. */
    Optional<Bytes> request(TrackerId tracker, long enrolment, Instant now) {
        if (!isDue(enrolment, now)) {
            return Optional.empty();
        }
        var request = new AnnounceRequest(tracker.fleet(), tracker.tracker(), now.toEpochMilli());
        return Optional.of(Bytes.copyOf(key.sign(request)));
    }

    private synchronized boolean isDue(long enrolment, Instant now) {
        Instant last = lastByEnrolment.get(enrolment);
        if (last != null && !now.isBefore(last) && now.isBefore(last.plus(every))) {
            return false;
        }
        lastByEnrolment.put(enrolment, now);
        return true;
    }
}
