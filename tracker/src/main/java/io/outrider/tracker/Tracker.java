package io.outrider.tracker;

import io.outrider.position.Position;
import io.outrider.seal.KeyStatement;
import io.outrider.seal.Refusal;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tracker: takes positions, keeps them in its journal, and brings them to its backend over the
 * real road. Any number of them run in one process, each with its own state folder; each has one
 * virtual thread, and they share the network's threads.
 *
 * <p>{@link #accept}, {@link #feed} and {@link #flush} are for one thread; the rest for any.
 */
public final class Tracker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tracker.class);
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);
    private static final int POLL_MS = 10;

    private final TrackerState state;
    private final Journal journal;
    private final TrackerCounts counts;
    private final Session session;
    private final Thread thread;
    private final NmeaReader receiver;

    private Tracker(TrackerState state, Journal journal, TrackerCounts counts, Session session) {
        this.state = state;
        this.journal = journal;
        this.counts = counts;
        this.session = session;
        this.receiver = NmeaReader.live(Build.date(), this::accept);
        this.thread =
                Thread.ofVirtual().name("tracker " + state.config.tracker()).unstarted(session);
    }

    /**
     * Opens the state folder of an enrolled tracker; {@link #start} connects.
     *
     * @throws TrackerProblem where the folder is not usable, or is in use
     */
    public static Tracker open(Path folder, TrackerOptions options) throws TrackerProblem {
        return open(
                folder,
                options,
                InstantSource.system(),
                new SecureRandom(),
                Journal.Limits.DEFAULT);
    }

    static Tracker open(
            Path folder,
            TrackerOptions options,
            InstantSource clock,
            SecureRandom random,
            Journal.Limits limits)
            throws TrackerProblem {
        TrackerState state = TrackerState.open(folder, clock);
        boolean complete = false;
        try {
            requirePuback(state.statement());
            PinnedTrust trust = PinnedTrust.of(state.root, state::trustedTime);
            Tracker tracker =
                    of(
                            state,
                            options,
                            clock,
                            random,
                            limits,
                            trust,
                            events ->
                                    new MqttUplink(
                                            state.config.tracker(),
                                            state.config.host(),
                                            state.config.mqttPort(),
                                            state.key,
                                            state.chain,
                                            trust,
                                            events));
            complete = true;
            return tracker;
        } catch (IOException | CertificateException e) {
            throw new TrackerProblem(
                    "The journal in "
                            + folder
                            + " cannot be opened: "
                            + e
                            + ".\n"
                            + "Mend the disk, or move that folder away and enrol again.",
                    e);
        } finally {
            if (!complete) {
                state.close();
            }
        }
    }

    static Tracker of(
            TrackerState state,
            TrackerOptions options,
            InstantSource clock,
            SecureRandom random,
            Journal.Limits limits,
            PinnedTrust trust,
            Function<Uplink.Events, Uplink> uplink)
            throws IOException {
        Journal journal = Journal.open(state.journalDisk(), limits, clock, random);
        TrackerCounts counts = new TrackerCounts(journal.counts());
        Epochs epochs =
                new Epochs(
                        state,
                        journal,
                        random,
                        options.announceInterval(),
                        counts,
                        () -> refreshStatement(state, trust));
        Session session =
                new Session(state, journal, epochs, options, counts, clock, random, uplink);
        return new Tracker(state, journal, counts, session);
    }

    private static void requirePuback(KeyStatement statement) throws TrackerProblem {
        if (statement.deleteOn() != KeyStatement.DeleteOn.PUBACK) {
            throw new TrackerProblem(
                    "The server demands sealed receipts, which this version cannot wait for.\n"
                            + "Update the tracker; its journal stays as it is.");
        }
    }

    private static void refreshStatement(TrackerState state, PinnedTrust trust) {
        TrackerState.Config config = state.config;
        try (EstClient server = new EstClient(config.host(), config.enrolPort(), trust)) {
            if (state.take(server.keyStatement())) {
                LOG.info("Took key statement {}", state.statement().serial());
            }
        } catch (IOException | Refusal | TrackerProblem e) {
            LOG.warn("No newer key statement: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public TrackerId id() {
        return state.config.tracker();
    }

    /** Begins to connect and to send what is in the journal. Once. */
    public void start() {
        thread.start();
    }

    /** Takes a position; it is durable, and can be sent, after {@link #flush}. */
    public void accept(Position position) {
        journal.append(position);
    }

    /**
     * Makes durable what was accepted.
     *
     * @return whether it is; if not it waits in memory, and is tried again by itself
     */
    public boolean flush() {
        boolean durable = journal.flush();
        session.wake();
        return durable;
    }

    /** Takes NMEA sentences of a live receiver, whole moments of it, and makes them durable. */
    public void feed(String sentences) {
        receiver.accept(sentences);
        receiver.quiet();
        var _ = flush();
    }

    /** What became of the sentences given to {@link #feed}. */
    public NmeaCounts received() {
        return receiver.counts();
    }

    public TrackerCounts counts() {
        return counts;
    }

    /** How full the journal is, 0 to 1 or a little above. */
    public double journalFill() {
        return journal.fill();
    }

    /** Whether everything that was accepted is acknowledged. */
    public boolean isDrained() {
        return journal.isWorkedOff();
    }

    /** Why this tracker stopped by itself; empty while it did not. */
    public Optional<String> failure() {
        String failure = session.failure();
        if (failure == null && session.hasEnded()) {
            return Optional.of("The tracker has stopped.");
        }
        return Optional.ofNullable(failure);
    }

    /**
     * Waits until everything is acknowledged.
     *
     * @return whether it is; not after this time, or where the tracker stopped by itself
     */
    public boolean awaitDrained(Duration timeMax) throws InterruptedException {
        session.drain();
        long start = System.nanoTime();
        while (!isDrained()) {
            if (System.nanoTime() - start > timeMax.toNanos() || failure().isPresent()) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }

    /** Stops; what is not acknowledged stays in the journal. */
    @Override
    public void close() {
        session.stop();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_TIME_MAX)) {
                thread.interrupt();
            }
            journal.close();
        } catch (IOException e) {
            LOG.warn("The journal could not be closed: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            state.close();
        }
    }
}
