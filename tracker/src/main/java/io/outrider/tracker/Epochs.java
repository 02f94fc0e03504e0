package io.outrider.tracker;

import io.outrider.position.Run;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.EpochStart;
import io.outrider.seal.Limits;
import io.outrider.seal.Refusal;
import io.outrider.seal.TrackerEpoch;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sealing epochs of one tracker, one after the other: begun at a start, after 2^20 reports, and
 * when the backend does not know the current one, which is limited in rate. Keys and counters are
 * in memory only. Owned by its session's thread.
 */
final class Epochs implements AutoCloseable {
    static final String CLONE =
            "The backend saw two trackers under this identity. This one stops: find out which"
                    + " is the copy, then enrol anew. It said: ";

    private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
    private static final int BACK_OFF_DOUBLINGS_MAX = 6;

    /** Asks the server for its newest key statement; blocks for seconds at most. */
    interface StatementRefresh {
        void refresh();
    }

    private final TrackerState state;
    private final Journal journal;
    private final SecureRandom random;
    private final Duration interval;
    private final TrackerCounts counts;
    private final StatementRefresh refresh;
    private @Nullable TrackerEpoch epoch;
    private boolean announced;
    private long ticket;
    private @Nullable Instant sentAt;
    private Instant announceAt = Instant.EPOCH;
    private Instant resendAt = Instant.EPOCH;
    private int refusals;
    private long requestedAtMs;

    Epochs(
            TrackerState state,
            Journal journal,
            SecureRandom random,
            Duration interval,
            TrackerCounts counts,
            StatementRefresh refresh) {
        this.state = state;
        this.journal = journal;
        this.random = random;
        this.interval = interval;
        this.counts = counts;
        this.refresh = refresh;
    }

    /** Whether there is an epoch that the backend knows, with counters left. */
    boolean isAnnounced() {
        if (epoch != null && epoch.sealedCount() >= Limits.REPORTS_PER_EPOCH_MAX) {
            end();
            announceAt = Instant.EPOCH; // due, not asked for: at once
        }
        return announced;
    }

    /** The announced epoch. */
    TrackerEpoch current() {
        if (epoch == null) {
            throw new IllegalStateException("no epoch");
        }
        return epoch;
    }

    /** The announcement to send now; null where one is on its way or it is too early. */
    byte @Nullable [] announcement(Instant now) throws IOException {
        if (ticket != 0 || now.isBefore(epoch == null ? announceAt : resendAt)) {
            return null;
        }
        if (epoch == null) {
            epoch = begin(now);
            announceAt = now.plus(interval);
        }
        return epoch.announcement();
    }

    /** Before this nothing is announced. */
    Instant dueAt() {
        return epoch == null ? announceAt : resendAt;
    }

    void sent(long newTicket, Instant now) {
        ticket = newTicket;
        sentAt = now;
    }

    /** When the announcement on its way was sent; null where none is. */
    @Nullable Instant sentAt() {
        return ticket == 0 ? null : sentAt;
    }

    boolean isAwaiting(long answeredTicket) {
        return ticket != 0 && ticket == answeredTicket;
    }

    /** The connection is gone: the same announcement goes out over the next. */
    void unanswered() {
        ticket = 0;
    }

    /**
     * Takes the answer to the announcement.
     *
     * @return why the tracker must stop; null where it goes on
     */
    @Nullable String answered(Answer answer, String reason, Instant now) {
        ticket = 0;
        if (answer == Answer.STORED) {
            announced = true;
            refusals = 0;
            return null;
        }
        if (answer == Answer.CLONE) {
            return CLONE + reason;
        }
        LOG.warn("The backend refused the announcement: {}", reason);
        counts.refusedOtherwise.incrementAndGet();
        int doublings = Math.min(refusals++, BACK_OFF_DOUBLINGS_MAX);
        Instant later = now.plus(interval.multipliedBy(1L << doublings));
        if (answer == Answer.LATER) {
            resendAt = later;
            return null;
        }
        end();
        announceAt = later;
        refresh.refresh(); // it may have other keys by now
        return null;
    }

    /** The backend does not know this epoch, or accepts nothing of it. */
    void unknown(long epochId) {
        if (epoch != null && epoch.epochId() == epochId) {
            end();
        }
    }

    /**
     * The backend asks for a new epoch.
     *
     * @return whether the request is genuine
     */
    boolean requested(byte[] payload, Instant now) {
        TrackerId id = state.config.tracker();
        try {
            AnnounceRequest request =
                    AnnounceRequest.verify(
                            payload, id.fleet(), id.tracker(), state.statement().commandKey());
            boolean isNew = request.issuedAtMs() > requestedAtMs;
            if (isNew && announced && !now.isBefore(announceAt)) {
                requestedAtMs = request.issuedAtMs();
                end();
            }
            return true;
        } catch (Refusal e) {
            LOG.warn("Something that is no request of the backend came on the down topic");
            return false;
        }
    }

    /** Whether one more report may be sealed beside these that are on their way. */
    boolean maySeal(List<Flight> flights, int outstandingMax) {
        if (epoch == null || !announced) {
            return false;
        }
        long oldest = epoch.sealedCount();
        for (Flight flight : flights) {
            if (flight.sealed != null && flight.epochId == epoch.epochId()) {
                oldest = Math.min(oldest, flight.counter);
            }
        }
        return epoch.sealedCount() < Limits.REPORTS_PER_EPOCH_MAX
                && epoch.sealedCount() - oldest < outstandingMax;
    }

    private TrackerEpoch begin(Instant now) throws IOException {
        EpochFile.Epoch last = state.lastEpoch();
        TrackerId id = state.config.tracker();
        long lowWater = journal.lowWater();
        EpochStart start =
                new EpochStart(
                        id.fleet(),
                        id.tracker(),
                        last.id().isPresent() ? last.number() + 1 : 0,
                        last.id(),
                        journal.journalId(),
                        lowWater,
                        timeBaseMs(lowWater, now));
        try {
            var backend = state.statement().sealingKeys().getFirst();
            TrackerEpoch begun = TrackerEpoch.begin(start, backend, state.key, random);
            boolean kept = false;
            try {
                state.keepEpoch(begun.epochNumber(), begun.epochId());
                kept = true;
            } finally {
                if (!kept) {
                    begun.close();
                }
            }
            counts.epochs.incrementAndGet();
            return begun;
        } catch (Refusal e) {
            throw new IOException("the backend's sealing key is not usable", e);
        }
    }

    /** Small differences make small reports, so times count from the oldest position there is. */
    private long timeBaseMs(long lowWater, Instant now) throws IOException {
        return journal.next(lowWater, 1) instanceof Run.Positions oldest
                ? oldest.positions().getFirst().time().toEpochMilli()
                : Math.max(0, now.toEpochMilli());
    }

    private void end() {
        if (epoch != null) {
            epoch.close();
        }
        epoch = null;
        announced = false;
        ticket = 0;
    }

    @Override
    public void close() {
        end();
    }
}
