package io.outrider.watch;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscriber with its feed and its thread. Whatever the subscriber throws ends here. */
public final class Subscription implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Subscription.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    private final String name;
    private final Feed feed;
    private final Subscriber subscriber;
    private final InstantSource clock;
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread;
    private long told; // of the dropped; the thread's alone

    Subscription(String name, Feed feed, Subscriber subscriber, InstantSource clock) {
        this.name = name;
        this.feed = feed;
        this.subscriber = subscriber;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("watch-" + name).daemon().start(this::run);
    }

    public String name() {
        return name;
    }

    /** Events that it never got, because it was too slow. */
    public long dropped() {
        return feed.dropped();
    }

    /** Events at which it threw. */
    public long failed() {
        return failed.get();
    }

    /** Takes nothing more, and gives the subscriber two seconds for what waits. */
    @Override
    public void close() {
        feed.close();
        try {
            if (!thread.join(CLOSE_MAX)) {
                thread.interrupt();
                thread.join(CLOSE_MAX);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!feed.isEnded()) {
                Optional<Seen> next = feed.next(IDLE);
                handOver(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed while it waited for something
        }
    }

    private void handOver(Optional<Seen> next) throws InterruptedException {
        try {
            long dropped = feed.dropped();
            if (dropped > told) {
                long missed = dropped - told;
                told = dropped;
                subscriber.missed(missed, clock.instant());
            }
            if (next.isPresent()) {
                subscriber.take(next.get());
            } else {
                subscriber.idle(clock.instant());
            }
            // The top of somebody else's code: the next event is given to it all the same.
        } catch (RuntimeException | Error e) {
            long count = failed.incrementAndGet();
            if (Long.bitCount(count) == 1) { // the 1st, 2nd, 4th, 8th …
                log.error("{} failed at an event, for the {}th time", name, count, e);
            }
        }
    }
}
