package io.outrider.tracker;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One run of a tracker from the command line: from the first sentence to the summary. A SIGTERM
 * ends the reading, and what is journaled gets a few seconds to be acknowledged.
 */
final class TrackerRun {
    private static final Duration FOREVER = Duration.ofDays(36_500);
    private static final Duration DRAIN_TIME_MAX = Duration.ofSeconds(8);
    private static final int PROGRESS_MS = 500;

    private final InstantSource clock;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private volatile boolean terminated;

    TrackerRun(InstantSource clock, PrintWriter out, PrintWriter err, boolean json) {
        this.clock = clock;
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /**
     * Runs to the end.
     *
     * @param nmea a file, or {@code -}
     * @param paceText null for the default
     * @return the exit status
     */
    int run(
            Path folder,
            String nmea,
            @Nullable String paceText,
            boolean shiftToNow,
            TrackerOptions options)
            throws TrackerProblem, InterruptedException {
        boolean live = nmea.equals("-");
        if (live && paceText != null) {
            throw new TrackerProblem("--pace is for a file; a live receiver has its own pace.");
        }
        if (!live && !Files.isReadable(Path.of(nmea))) {
            throw new TrackerProblem("Cannot read " + nmea + ": give an NMEA log, or - .");
        }
        Pace pace = Pace.of(paceText != null ? paceText : shiftToNow ? "real" : "fast", clock);
        CountDownLatch done = new CountDownLatch(1);
        try (Tracker tracker = Tracker.open(folder, options)) {
            Feeder feeder = new Feeder(tracker, clock, pace, shiftToNow);
            Thread hook = new Thread(() -> terminate(feeder, done), "drain");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                return run(tracker, feeder, nmea, live);
            } finally {
                done.countDown();
                removeHook(hook);
            }
        }
    }

    private int run(Tracker tracker, Feeder feeder, String nmea, boolean live)
            throws TrackerProblem, InterruptedException {
        NmeaReader reader = live ? feeder.live() : feeder.replayed();
        tracker.start();
        Thread progress = Thread.ofVirtual().start(() -> progress(tracker, reader, feeder));
        try (InputStream in = live ? System.in : Files.newInputStream(Path.of(nmea))) {
            if (live) {
                feeder.follow(in, reader);
            } else {
                feeder.replay(in, reader);
            }
        } catch (IOException e) {
            throw new TrackerProblem("Cannot read " + nmea + ": " + e.getMessage(), e);
        } finally {
            progress.interrupt();
        }
        boolean drained = drain(tracker);
        tracker.failure().ifPresent(err::println);
        summary(tracker, reader);
        return drained ? TrackerCommand.DONE : TrackerCommand.UNFINISHED;
    }

    private boolean drain(Tracker tracker) throws InterruptedException {
        long start = System.nanoTime();
        Duration timeMax = FOREVER;
        while (!tracker.awaitDrained(Duration.ofMillis(200))) {
            if (terminated && timeMax.equals(FOREVER)) {
                start = System.nanoTime();
                timeMax = DRAIN_TIME_MAX;
            }
            if (tracker.failure().isPresent() || System.nanoTime() - start > timeMax.toNanos()) {
                return false;
            }
        }
        return true;
    }

    private void terminate(Feeder feeder, CountDownLatch done) {
        terminated = true;
        feeder.stop();
        try {
            var _ = done.await(DRAIN_TIME_MAX.toMillis() + 2_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            var _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }

    /** One line that is written over and over, where somebody watches. */
    private void progress(Tracker tracker, NmeaReader reader, Feeder feeder) {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        try {
            while (tracker.failure().isEmpty()) {
                Thread.sleep(PROGRESS_MS);
                if (terminal && !json) {
                    err.printf(
                            Locale.ROOT,
                            "\r%,d positions  %,d sent  %,d acknowledged ",
                            reader.counts().positions(),
                            tracker.counts().sent(),
                            tracker.counts().acknowledged());
                    err.flush();
                }
            }
            feeder.stop();
        } catch (InterruptedException e) {
            if (terminal && !json) {
                err.println();
            }
        }
    }

    private void summary(Tracker tracker, NmeaReader reader) {
        Map<String, Object> figures = figures(tracker, reader);
        if (json) {
            out.println(new JsonMapper().writeValueAsString(figures));
        } else {
            print(reader, tracker.counts());
        }
        out.flush();
        err.flush();
    }

    private static Map<String, Object> figures(Tracker tracker, NmeaReader reader) {
        TrackerCounts counts = tracker.counts();
        Map<String, Long> refused = new LinkedHashMap<>();
        reader.counts()
                .refused()
                .forEach((reason, count) ->
                        refused.put(
                                reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), count));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("tracker", tracker.id().toString());
        figures.put("read", reader.counts().lines());
        figures.put("positions", reader.counts().positions());
        figures.put("refused", refused);
        figures.put("journaled", counts.journaled());
        figures.put("sent", counts.sent());
        figures.put("acknowledged", counts.acknowledged());
        figures.put("dropped", counts.droppedPositions());
        figures.put("reports", counts.sentReports());
        figures.put("resent", counts.resentReports());
        figures.put("sealedBytes", counts.sealedBytes());
        return figures;
    }

    private void print(NmeaReader reader, TrackerCounts counts) {
        out.printf(
                Locale.ROOT,
                "read %d lines: %d positions%n",
                reader.counts().lines(),
                reader.counts().positions());
        reader.counts()
                .refused()
                .forEach((reason, count) ->
                        out.printf(Locale.ROOT, "  %d %s%n", count, reason.plural()));
        out.printf(
                Locale.ROOT,
                "journaled %d, sent %d, acknowledged %d",
                counts.journaled(),
                counts.sent(),
                counts.acknowledged());
        if (counts.droppedPositions() > 0) {
            out.printf(Locale.ROOT, ", given up %d", counts.droppedPositions());
        }
        if (counts.sent() > 0) {
            out.printf(
                    Locale.ROOT,
                    "; %.1f bytes a position",
                    (double) counts.sealedBytes() / counts.sent());
        }
        out.println();
    }
}
