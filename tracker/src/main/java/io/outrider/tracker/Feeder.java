package io.outrider.tracker;

import io.outrider.position.Position;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Leads a receiver's bytes into a tracker: of a live receiver as they come, of a file at a pace.
 * Used by one thread; {@link #stop} by any.
 */
final class Feeder {
    private static final int CHUNK_BYTES = 8 << 10;
    private static final int CHUNKS_MAX = 64;
    private static final int GROUP_MAX = 256;

    /** A receiver pauses for less within a moment, and for more between two. */
    private static final long QUIET_MS = 250;

    private static final double FILL_MAX = 0.5;
    private static final int WAITING_MAX = 10_000;
    private static final byte[] END = {};

    private final Tracker tracker;
    private final InstantSource clock;
    private final boolean shiftToNow;
    private final Pace pace;
    private @Nullable Duration shift;
    private int unflushed;
    private volatile boolean stopping;

    /**
     * Leads into this tracker.
     *
     * @param shiftToNow whether times are shifted so that the first is now
     */
    Feeder(Tracker tracker, InstantSource clock, Pace pace, boolean shiftToNow) {
        this.tracker = tracker;
        this.clock = clock;
        this.pace = pace;
        this.shiftToNow = shiftToNow;
    }

    NmeaReader replayed() {
        return NmeaReader.replayed(this::replayed);
    }

    NmeaReader live() {
        return NmeaReader.live(Build.date(), position -> accept(shifted(position)));
    }

    /** Stops as soon as what is read is in the journal. */
    void stop() {
        stopping = true;
    }

    /** Until the file's end. */
    void replay(InputStream in, NmeaReader reader) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int n = in.read(chunk); n >= 0 && !stopping; n = in.read(chunk)) {
            reader.accept(chunk, 0, n);
            waitForRoom();
        }
        if (!stopping) {
            reader.end();
        }
        flush();
    }

    /** Until the receiver's end: an own thread reads, so that its silence can be noticed. */
    void follow(InputStream in, NmeaReader reader) throws IOException, InterruptedException {
        BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        Thread.ofPlatform().name("receiver").daemon().start(() -> pump(in, chunks, failed));
        while (!stopping) {
            byte[] chunk = chunks.poll(QUIET_MS, TimeUnit.MILLISECONDS);
            if (chunk == null) {
                reader.quiet();
            } else if (chunk.length == 0) {
                break;
            } else {
                reader.accept(chunk, 0, chunk.length);
            }
            flush();
        }
        reader.end();
        flush();
        IOException failure = failed.get();
        if (failure != null) {
            throw failure;
        }
    }

    private static void pump(
            InputStream in,
            BlockingQueue<byte[]> chunks,
            AtomicReference<@Nullable IOException> failed) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            try {
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    if (n > 0) {
                        chunks.put(Arrays.copyOf(chunk, n));
                    }
                }
            } catch (IOException e) {
                failed.set(e);
            }
            chunks.put(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void replayed(Position position) {
        Position dated = shifted(position);
        sleep(pace.before(position.time()));
        accept(dated);
        if (pace.waits() || unflushed >= GROUP_MAX) {
            flush();
            waitForRoom();
        }
    }

    private void accept(Position position) {
        tracker.accept(position);
        unflushed++;
    }

    private void flush() {
        if (unflushed > 0) {
            var _ = tracker.flush();
            unflushed = 0;
        }
    }

    /** A file can wait; what a live receiver says comes but once. */
    private void waitForRoom() {
        while (!stopping
                && (tracker.journalFill() > FILL_MAX || tracker.counts().waiting() > WAITING_MAX)) {
            sleep(Duration.ofMillis(20));
        }
    }

    private void sleep(Duration duration) {
        long endNanos = System.nanoTime() + duration.toNanos();
        try {
            for (long left = duration.toNanos();
                    left > 0 && !stopping;
                    left = endNanos - System.nanoTime()) {
                Thread.sleep(Duration.ofNanos(Math.min(left, 100_000_000)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    private Position shifted(Position position) {
        if (!shiftToNow) {
            return position;
        }
        if (shift == null) {
            shift = Duration.between(position.time(), clock.instant());
        }
        return new Position(
                position.time().plus(shift),
                position.latitudeE7(),
                position.longitudeE7(),
                position.speedMmPerS(),
                position.courseCentideg(),
                position.altitudeMm(),
                position.fixQuality(),
                position.satellites(),
                position.hdopCenti());
    }
}
