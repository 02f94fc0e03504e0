package io.outrider.tracker;

import io.outrider.position.DropReason;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is in the journal to the backend: connects, announces epochs, seals, publishes, and
 * does what the answers say. Its thread owns all of its state; whatever happens elsewhere comes in
 * as an event. Reports are sent in any number of tries until each is acknowledged or set aside.
 */
final class Session implements Runnable, Uplink.Events {
    /** Reports on their way at once. */
    static final int WINDOW = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** Of the backend's window: a counter further behind the newest is not accepted. */
    private static final int COUNTERS_OUTSTANDING_MAX = 512;

    private static final int EVENTS_MAX = 4_096;
    private static final int REFUSED_IN_A_ROW_MAX = 3;
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration CLOCK_INTERVAL = Duration.ofMinutes(10);

    private sealed interface Event {
        record Connected() implements Event {}

        record Disconnected(String why) implements Event {}

        record Answered(long ticket, int reasonCode, String reason) implements Event {}

        record Down(Bytes payload) implements Event {}

        record Wake() implements Event {}
    }

    private final TrackerState state;
    private final Journal journal;
    private final Epochs epochs;
    private final TrackerOptions options;
    private final TrackerCounts counts;
    private final InstantSource clock;
    private final RandomGenerator jitter;
    private final Uplink uplink;
    private final Aside aside;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(EVENTS_MAX);
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private final List<Flight> flights = new ArrayList<>();
    private volatile boolean stopping;
    private volatile boolean draining;
    private volatile boolean ended;
    private volatile @Nullable String failure;

    private boolean connected;
    private boolean connecting;
    private boolean closing;
    private int failures;
    private Instant connectAt = Instant.EPOCH;
    private long ticketLast;
    private long cursor;
    private int refusedInARow;
    private Instant pausedUntil = Instant.EPOCH;
    private @Nullable Instant partialSince;
    private Instant timeKeptAt = Instant.EPOCH;
    private Instant wakeAt = Instant.EPOCH;

    Session(
            TrackerState state,
            Journal journal,
            Epochs epochs,
            TrackerOptions options,
            TrackerCounts counts,
            InstantSource clock,
            RandomGenerator jitter,
            Function<Uplink.Events, Uplink> uplink) {
        this.state = state;
        this.journal = journal;
        this.epochs = epochs;
        this.options = options;
        this.counts = counts;
        this.clock = clock;
        this.jitter = jitter;
        this.aside = new Aside(state.asideFile());
        this.uplink = uplink.apply(this);
    }

    @Override
    public void run() {
        try {
            while (!stopping && failure == null) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // and the session ends, as by stop()
        } finally {
            uplink.close();
            epochs.close();
            ended = true;
        }
    }

    private void step() throws InterruptedException {
        Instant now = clock.instant();
        long waitMs = Math.clamp(Duration.between(now, wakeAt).toMillis(), 0, IDLE.toMillis());
        Event event = events.poll(waitMs, TimeUnit.MILLISECONDS);
        while (event != null && failure == null) {
            take(event);
            event = events.poll();
        }
        if (failure != null) {
            return;
        }
        now = clock.instant();
        wakeAt = now.plus(IDLE);
        try {
            advance(now);
        } catch (IOException e) {
            LOG.warn("The state folder cannot be read or written: {}", e.toString());
            pausedUntil = now.plus(SOON);
        }
    }

    /** There is something new in the journal. */
    void wake() {
        if (wakePending.compareAndSet(false, true) && !events.offer(new Event.Wake())) {
            wakePending.set(false); // it has enough to do, and looks into the journal anyway
        }
    }

    /** Holds nothing back any more to fill a report. */
    void drain() {
        draining = true;
        wake();
    }

    void stop() {
        stopping = true;
        wake();
    }

    boolean hasEnded() {
        return ended;
    }

    /** Why it ended by itself; null where it did not. */
    @Nullable String failure() {
        return failure;
    }

    @Override
    public void connected() {
        put(new Event.Connected());
    }

    @Override
    public void disconnected(String why) {
        put(new Event.Disconnected(why));
    }

    @Override
    public void answered(long ticket, int reasonCode, String reason) {
        put(new Event.Answered(ticket, reasonCode, reason));
    }

    @Override
    public void down(byte[] payload) {
        // Dropped where there are too many: whoever floods a tracker gets no more of its memory.
        var _ = events.offer(new Event.Down(Bytes.copyOf(payload)));
    }

    /** Never refused: there are at most as many as reports on their way. */
    private void put(Event event) {
        while (!events.offer(event)) {
            events.poll();
        }
    }

    private void take(Event event) {
        Instant now = clock.instant();
        switch (event) {
            case Event.Connected() -> connected(now);
            case Event.Disconnected(String why) -> disconnected(why, now);
            case Event.Answered(long ticket, int code, String reason) ->
                    answered(ticket, code, reason, now);
            case Event.Down(var payload) -> {
                if (!epochs.requested(payload.toArray(), now)) {
                    counts.foreignRequests.incrementAndGet();
                }
            }
            case Event.Wake() -> wakePending.set(false);
        }
    }

    private void connected(Instant now) {
        connected = true;
        connecting = false;
        counts.connections.incrementAndGet();
        LOG.info("Connected to {}:{}", state.config.host(), state.config.mqttPort());
        keepTime(now);
    }

    private void disconnected(String why, Instant now) {
        if (connected || failures == 0) {
            LOG.warn(
                    "No connection to {}:{} ({}); trying on",
                    state.config.host(),
                    state.config.mqttPort(),
                    why);
        }
        connected = false;
        connecting = false;
        closing = false;
        failures++;
        Duration delay =
                new ReconnectDelay(options.reconnectMin(), options.reconnectMax())
                        .afterFailures(failures, jitter);
        connectAt = now.plus(delay);
        epochs.unanswered();
        flights.forEach(flight -> flight.ticket = 0); // to be sent again with the same bytes
    }

    private void answered(long ticket, int reasonCode, String reason, Instant now) {
        if (epochs.isAwaiting(ticket)) {
            Answer answer = Answer.of(reasonCode, reason);
            failures = answer == Answer.STORED ? 0 : failures;
            failure = epochs.answered(answer, reason, now);
            return;
        }
        for (Iterator<Flight> all = flights.iterator(); all.hasNext(); ) {
            Flight flight = all.next();
            if (flight.ticket == ticket) {
                flight.ticket = 0;
                if (landed(flight, Answer.of(reasonCode, reason), reason, now)) {
                    all.remove();
                }
                return;
            }
        }
    }

    /**
     * Takes the answer to a report.
     *
     * @return whether this flight is over
     */
    private boolean landed(Flight flight, Answer answer, String reason, Instant now) {
        switch (answer) {
            case STORED -> {
                return acknowledged(flight);
            }
            case SEAL_AGAIN -> {
                counts.sealedAgain.incrementAndGet();
                flight.sealed = null;
                flight.notBefore = flight.sealedAgain++ < 3 ? now : now.plus(SOON);
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
            case CLONE -> failure = Epochs.CLONE + reason;
            case LATER -> {
                counts.refusedOtherwise.incrementAndGet();
                flight.notBefore = now.plus(SOON.multipliedBy(10));
            }
        }
        return false;
    }

    private boolean acknowledged(Flight flight) {
        failures = 0;
        refusedInARow = 0;
        journal.acknowledge(flight.run.firstSequence(), flight.run.count());
        counts.acknowledgedReports.incrementAndGet();
        byte[] sealed = flight.sealed;
        counts.acknowledgedBytes.addAndGet(sealed == null ? 0 : sealed.length);
        if (flight.run instanceof Run.Positions positions) {
            counts.acknowledgedPositions.addAndGet(positions.count());
        }
        return true;
    }

    /** Sealed once more; refused again, its run becomes the word that it is given up. */
    private void refused(Flight flight, String reason, Instant now) {
        flight.sealed = null;
        flight.refusals++;
        if (flight.refusals < 2) {
            return;
        }
        LOG.error(
                "The backend refused positions {} to {} twice ({}); they are set aside in {}",
                flight.run.firstSequence(),
                flight.end() - 1,
                reason,
                state.asideFile());
        aside.keep(now, flight.run, reason);
        if (flight.run instanceof Run.Positions) {
            journal.setAside(flight.run.firstSequence(), flight.run.count());
            flight.run =
                    new Run.Dropped(
                            flight.run.firstSequence(),
                            flight.run.count(),
                            DropReason.REFUSED_TWICE);
        }
        flight.refusals = 0;
        refusedInARow++;
        if (refusedInARow >= REFUSED_IN_A_ROW_MAX) { // the fault is not in single reports
            LOG.error("Reports are refused one after another: pausing, then a new epoch");
            pausedUntil = now.plus(PAUSE);
            flight.notBefore = pausedUntil;
            epochs.unknown(flight.epochId);
        }
    }

    private void advance(Instant now) throws IOException {
        if (counts.waiting() > 0) {
            var _ = journal.flush(); // says itself what is wrong
        }
        if (!connected) {
            connect(now);
            return;
        }
        if (closing || timedOut(now)) {
            return;
        }
        if (now.isAfter(timeKeptAt.plus(CLOCK_INTERVAL))) {
            keepTime(now);
        }
        if (now.isBefore(pausedUntil)) {
            wakeBy(pausedUntil);
            return;
        }
        if (!epochs.isAnnounced()) {
            byte[] announcement = epochs.announcement(now);
            if (announcement != null) {
                long ticket = ++ticketLast;
                epochs.sent(ticket, now);
                uplink.publish(ticket, Channel.EPOCH, announcement);
            }
            wakeBy(epochs.dueAt());
            return;
        }
        sendAll(now);
    }

    private void connect(Instant now) {
        if (connecting) {
            return;
        }
        wakeBy(connectAt);
        if (!now.isBefore(connectAt)) {
            connecting = true;
            uplink.connect();
        }
    }

    /** On a connection that does not answer nothing may be sent again: so it is given up. */
    private boolean timedOut(Instant now) {
        Instant oldest = epochs.sentAt();
        for (Flight flight : flights) {
            if (flight.isUnderway() && (oldest == null || flight.sentAt.isBefore(oldest))) {
                oldest = flight.sentAt;
            }
        }
        if (oldest == null || now.isBefore(oldest.plus(options.answerTimeMax()))) {
            return false;
        }
        LOG.warn("No answer for {} s: connecting anew", options.answerTimeMax().toSeconds());
        closing = true;
        uplink.disconnect();
        return true;
    }

    private void sendAll(Instant now) throws IOException {
        for (Flight flight : flights) {
            if (!flight.isUnderway()) {
                send(flight, now);
            }
        }
        while (flights.size() < WINDOW && epochs.maySeal(flights, COUNTERS_OUTSTANDING_MAX)) {
            Run run = nextRun(now);
            if (run == null) {
                return;
            }
            Flight flight = new Flight(run);
            flights.add(flight);
            cursor = flight.end();
            send(flight, now);
        }
    }

    /** What comes next; null where there is nothing, or it is to wait for more. */
    private @Nullable Run nextRun(Instant now) throws IOException {
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
            wakeBy(until);
            return null;
        }
        partialSince = null;
        return run;
    }

    private void send(Flight flight, Instant now) {
        if (now.isBefore(flight.notBefore)) {
            wakeBy(flight.notBefore);
            return;
        }
        byte[] sealed = flight.sealed;
        if (sealed == null || flight.epochId != epochs.current().epochId()) {
            if (!epochs.maySeal(flights, COUNTERS_OUTSTANDING_MAX)) {
                return;
            }
            var epoch = epochs.current();
            flight.epochId = epoch.epochId();
            flight.counter = epoch.sealedCount();
            sealed =
                    epoch.seal(
                            RunCodec.encode(flight.run, epoch.nextSequence(), epoch.timeBaseMs()));
            flight.sealed = sealed;
        }
        count(flight, sealed.length);
        flight.ticket = ++ticketLast;
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

    private void keepTime(Instant now) {
        timeKeptAt = now;
        try {
            state.keepTime();
        } catch (IOException e) {
            LOG.warn("The time could not be kept: {}", e.toString());
        }
    }

    private void wakeBy(Instant at) {
        wakeAt = at.isBefore(wakeAt) ? at : wakeAt;
    }
}
