package io.outrider.tracker;

import io.outrider.position.DropReason;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.topic.Channel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports that are on their way, in the order of the journal: takes runs out of it, seals and
 * publishes them, and does what the answers say until each is acknowledged or set aside. Owned by
 * its session's thread.
 */
final class Flights {
    /** Reports on their way at once. */
    static final int WINDOW = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Flights.class);

    /** Of the backend's window: a counter further behind the newest is not accepted. */
    private static final int COUNTERS_OUTSTANDING_MAX = 512;

    private static final int REFUSED_IN_A_ROW_MAX = 3;
    private static final int SEALED_AGAIN_AT_ONCE_MAX = 3;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final TrackerState state;
    private final Journal journal;
    private final Epochs epochs;
    private final TrackerOptions options;
    private final TrackerCounts counts;
    private final Uplink uplink;
    private final LongSupplier tickets;
    private final Aside aside;
    private final List<Flight> flights = new ArrayList<>();
    private long cursor;
    private int refusedInARow;
    private Instant pausedUntil = Instant.EPOCH;
    private @Nullable Instant partialSince;
    private Instant dueAt = Instant.EPOCH;

    /**
     * None yet.
     *
     * @param tickets gives each publication its own
     */
    Flights(
            TrackerState state,
            Journal journal,
            Epochs epochs,
            TrackerOptions options,
            TrackerCounts counts,
            Uplink uplink,
            LongSupplier tickets) {
        this.state = state;
        this.journal = journal;
        this.epochs = epochs;
        this.options = options;
        this.counts = counts;
        this.uplink = uplink;
        this.tickets = tickets;
        this.aside = new Aside(state.asideFile());
    }

    /** Before this nothing is sent: so much was refused that the fault is not in single reports. */
    Instant pausedUntil() {
        return pausedUntil;
    }

    /** When the oldest unanswered report was sent; null where none is unanswered. */
    @Nullable Instant oldestSentAt() {
        return flights.stream()
                .filter(Flight::isUnderway)
                .map(flight -> flight.sentAt)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** The connection is gone: all go out over the next, with the same bytes. */
    void unanswered() {
        flights.forEach(flight -> flight.ticket = 0);
    }

    /**
     * Sends what may be sent now.
     *
     * @param draining whether nothing is held back to fill a report
     * @return when to look again at the latest
     */
    Instant sendAll(Instant now, boolean draining) throws IOException {
        dueAt = now.plus(SOON);
        for (Flight flight : flights) {
            if (!flight.isUnderway()) {
                send(flight, now);
            }
        }
        while (flights.size() < WINDOW && epochs.maySeal(flights, COUNTERS_OUTSTANDING_MAX)) {
            Run run = nextRun(now, draining);
            if (run == null) {
                break;
            }
            Flight flight = new Flight(run);
            flights.add(flight);
            cursor = flight.end();
            send(flight, now);
        }
        return dueAt;
    }

    /** What comes next; null where there is nothing, or it is to wait for more. */
    private @Nullable Run nextRun(Instant now, boolean draining) throws IOException {
        Run run = journal.next(cursor, options.batchMax());
        boolean partial =
                run instanceof Run.Positions
                        && run.count() < options.batchMax()
                        && journal.next(run.firstSequence() + run.count(), 1) == null;
        if (!partial || draining || options.hold().isZero()) {
            partialSince = null;
            return run;
        }
        if (partialSince == null) {
            partialSince = now;
        }
        Instant until = partialSince.plus(options.hold());
        if (now.isBefore(until)) {
            dueBy(until);
            return null;
        }
        partialSince = null;
        return run;
    }

    private void send(Flight flight, Instant now) {
        if (now.isBefore(flight.notBefore)) {
            dueBy(flight.notBefore);
            return;
        }
        byte[] sealed = flight.sealed;
        if (sealed == null || flight.epochId != epochs.current().epochId()) {
            if (!epochs.maySeal(flights, COUNTERS_OUTSTANDING_MAX)) {
                return;
            }
            var epoch = epochs.current();
            byte[] plaintext =
                    RunCodec.encode(flight.run, epoch.nextSequence(), epoch.timeBaseMs());
            flight.epochId = epoch.epochId();
            flight.counter = epoch.sealedCount();
            sealed = epoch.seal(plaintext);
            flight.sealed = sealed;
        }
        count(flight, sealed.length);
        flight.ticket = tickets.getAsLong();
        flight.sentAt = now;
        uplink.publish(flight.ticket, Channel.REPORT, sealed);
    }

    private void count(Flight flight, int bytes) {
        if (flight.sentBefore) {
            counts.resentReports.incrementAndGet();
            return;
        }
        flight.sentBefore = true;
        counts.sentReports.incrementAndGet();
        if (flight.run instanceof Run.Positions positions) {
            counts.sentPositions.addAndGet(positions.count());
            counts.sealedBytes.addAndGet(bytes);
        }
    }

    /**
     * Takes the answer to a report.
     *
     * @return why the tracker must stop; null where it goes on
     */
    @Nullable String answered(long ticket, Answer answer, String reason, Instant now) {
        for (Flight flight : flights) {
            if (flight.ticket == ticket) {
                flight.ticket = 0;
                return answered(flight, answer, reason, now);
            }
        }
        return null; // of a connection that is gone
    }

    private @Nullable String answered(Flight flight, Answer answer, String reason, Instant now) {
        switch (answer) {
            case STORED -> acknowledged(flight);
            case SEAL_AGAIN -> {
                counts.sealedAgain.incrementAndGet();
                flight.sealed = null;
                boolean atOnce = flight.sealedAgain++ < SEALED_AGAIN_AT_ONCE_MAX;
                flight.notBefore = atOnce ? now : now.plus(SOON);
            }
            case ANNOUNCE -> {
                flight.sealed = null;
                epochs.unknown(flight.epochId);
            }
            case FORGED -> {
                counts.refusedForged.incrementAndGet();
                refused(flight, reason, now);
            }
            case MALFORMED -> {
                counts.refusedMalformed.incrementAndGet();
                refused(flight, reason, now);
            }
            case CLONE -> {
                return Epochs.CLONE + reason;
            }
            case LATER -> {
                counts.refusedOtherwise.incrementAndGet();
                flight.notBefore = now.plus(LATER);
                LOG.warn("The broker does not take a report now ({}); trying on", reason);
            }
        }
        return null;
    }

    private void acknowledged(Flight flight) {
        refusedInARow = 0;
        flights.remove(flight);
        byte[] sealed = flight.sealed;
        counts.acknowledgedReports.incrementAndGet();
        if (flight.run instanceof Run.Positions positions && sealed != null) {
            counts.acknowledgedBytes.addAndGet(sealed.length);
            counts.acknowledgedPositions.addAndGet(positions.count());
        }
        journal.acknowledge(flight.run.firstSequence(), flight.run.count());
    }

    /** Sealed once more; refused again, its run becomes the word that it is given up. */
    private void refused(Flight flight, String reason, Instant now) {
        flight.sealed = null;
        flight.refusals++;
        if (flight.refusals < 2) {
            return;
        }
        flight.refusals = 0;
        setAside(flight, reason, now);
        refusedInARow++;
        if (refusedInARow >= REFUSED_IN_A_ROW_MAX) {
            LOG.error("Reports are refused one after another: pausing, then a new epoch");
            pausedUntil = now.plus(PAUSE);
            epochs.unknown(flight.epochId);
        }
    }

    private void setAside(Flight flight, String reason, Instant now) {
        if (flight.run instanceof Run.Dropped) {
            return; // there is nothing in it to keep, and it must still be said
        }
        LOG.error(
                "The backend refused positions {} to {} twice ({}); they are set aside in {}",
                flight.run.firstSequence(),
                flight.end() - 1,
                reason,
                state.asideFile());
        aside.keep(now, flight.run, reason);
        journal.setAside(flight.run.firstSequence(), flight.run.count());
        flight.run =
                new Run.Dropped(
                        flight.run.firstSequence(), flight.run.count(), DropReason.REFUSED_TWICE);
    }

    private void dueBy(Instant at) {
        dueAt = at.isBefore(dueAt) ? at : dueAt;
    }
}
