package io.outrider.watch;

import io.outrider.gate.GateEvent;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes the stream of the gate's events and hands it on: to counters and recent events at once, to
 * everybody else through queues of their own. Returns at once and never throws, whatever those do.
 * Safe for use by many threads.
 */
public final class Watch implements Consumer<GateEvent>, AutoCloseable {
    private final InstantSource clock;
    private final GateCounters counters = new GateCounters();
    private final Recent recent = new Recent();
    private final AtomicLong count = new AtomicLong();
    private final List<Feed> feeds = new CopyOnWriteArrayList<>();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    public Watch(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void accept(GateEvent event) {
        var seen = new Seen(count.incrementAndGet(), clock.instant(), EventKind.of(event), event);
        counters.count(seen);
        recent.add(seen);
        feeds.forEach(feed -> feed.offer(seen));
    }

    /**
     * Hands events to a subscriber from now on, on a thread of its own.
     *
     * @param name for people, in metrics and logs; a constant
     * @param waitingMax most events that wait for it; what comes then is dropped and counted
     */
    public Subscription subscribe(
            String name, Set<EventKind> kinds, int waitingMax, Subscriber subscriber) {
        var subscription =
                new Subscription(name, follow(kinds, waitingMax, () -> {}), subscriber, clock);
        subscriptions.add(subscription);
        return subscription;
    }

    /**
     * The events from now on, for who asks for them.
     *
     * @param waitingMax most events that wait to be taken
     * @param onFirstDrop called when they were not taken fast enough
     */
    public Feed follow(Set<EventKind> kinds, int waitingMax, Runnable onFirstDrop) {
        var feed = new Feed(kinds, waitingMax, onFirstDrop, feeds::remove);
        feeds.add(feed);
        return feed;
    }

    /** The last events of these kinds, {@value Recent#EVENTS_OF_KIND_MAX} of each, oldest first. */
    public List<Seen> recent(Set<EventKind> kinds) {
        return recent.events(kinds);
    }

    /** Everything since the start, by kind and by reason code or limit, for people. */
    public Map<String, Long> counts() {
        return counters.summary();
    }

    GateCounters counters() {
        return counters;
    }

    List<Subscription> subscriptions() {
        return subscriptions;
    }

    /** Ends every feed, and gives each subscriber a moment for what waits. */
    @Override
    public void close() {
        feeds.forEach(Feed::close);
        subscriptions.forEach(Subscription::close);
    }
}
