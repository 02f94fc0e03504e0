package io.outrider.watch;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The events of some kinds from now on, in a queue that has a bound: what finds it full is dropped
 * and counted. Filled by any thread, emptied by one.
 */
public final class Feed implements AutoCloseable {
    private final Set<EventKind> kinds;
    private final BlockingQueue<Seen> queue;
    private final Runnable onFirstDrop;
    private final Consumer<Feed> onClose;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    Feed(Set<EventKind> kinds, int waitingMax, Runnable onFirstDrop, Consumer<Feed> onClose) {
        this.kinds = kinds;
        this.queue = new ArrayBlockingQueue<>(waitingMax);
        this.onFirstDrop = onFirstDrop;
        this.onClose = onClose;
    }

    /** Never waits. */
    void offer(Seen seen) {
        if (!kinds.contains(seen.kind()) || closed.get() || queue.offer(seen)) {
            return;
        }
        if (dropped.getAndIncrement() == 0) {
            // Not on this thread, which is one of the broker's.
            Thread.ofVirtual().name("feed-overflow").start(onFirstDrop);
        }
    }

    /**
     * The next event, waited for.
     *
     * @return empty where none came in time, or where it is closed and all was taken
     */
    public Optional<Seen> next(Duration max) throws InterruptedException {
        return Optional.ofNullable(queue.poll(max.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Events that found it full. */
    public long dropped() {
        return dropped.get();
    }

    public boolean isClosed() {
        return closed.get();
    }

    /** Whether nothing more will come. */
    public boolean isEnded() {
        return closed.get() && queue.isEmpty();
    }

    /** Takes nothing more; what waits can still be taken. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(this);
        }
    }
}
