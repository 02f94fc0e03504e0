package io.outrider.tracker;

import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
 * Brings what is in the journal to the backend: connects, announces epochs, lets reports fly, for
 * as long as it takes. Its thread owns all of its state; whatever happens elsewhere comes in as an
 * event.
 */
final class Session implements Runnable, Uplink.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private static final int EVENTS_MAX = 4_096;
    private static final Duration IDLE = Duration.ofSeconds(1);
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
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(EVENTS_MAX);
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private final Flights flights;
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
    private boolean ioFailing;
    private Instant ioRetryAt = Instant.EPOCH;
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
        this.uplink = uplink.apply(this);
        this.flights =
                new Flights(
                        state, journal, epochs, options, counts, this.uplink, () -> ++ticketLast);
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
            ioFailing = ioFailing && now.isBefore(ioRetryAt);
        } catch (IOException e) {
            if (!ioFailing) {
                LOG.warn(
                        "The state folder cannot be read or written ({}); trying on", e.toString());
            }
            ioFailing = true;
            ioRetryAt = now.plus(IDLE);
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
        flights.unanswered();
    }

    private void answered(long ticket, int reasonCode, String reason, Instant now) {
        Answer answer = Answer.of(reasonCode, reason);
        failures = answer == Answer.STORED ? 0 : failures;
        failure =
                epochs.isAwaiting(ticket)
                        ? epochs.answered(answer, reason, now)
                        : flights.answered(ticket, answer, reason, now);
    }

    private void advance(Instant now) throws IOException {
        if (counts.waiting() > 0) {
            var _ = journal.flush(); // says itself what is wrong
        }
        if (!connected) {
            connect(now);
            return;
        }
        if (closing || timedOut(now) || now.isBefore(ioRetryAt)) {
            return;
        }
        if (now.isAfter(timeKeptAt.plus(CLOCK_INTERVAL))) {
            keepTime(now);
        }
        if (now.isBefore(flights.pausedUntil())) {
            wakeBy(flights.pausedUntil());
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
        wakeBy(flights.sendAll(now, draining));
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
        Instant oldest = epochs.sentAt() != null ? epochs.sentAt() : flights.oldestSentAt();
        if (oldest == null || now.isBefore(oldest.plus(options.answerTimeMax()))) {
            return false;
        }
        LOG.warn("No answer for {} s: connecting anew", options.answerTimeMax().toSeconds());
        closing = true;
        uplink.disconnect();
        return true;
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
