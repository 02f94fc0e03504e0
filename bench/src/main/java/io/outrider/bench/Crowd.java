package io.outrider.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Many who connect, a bounded number at a time. */
final class Crowd {
    private static final int PARALLEL = 32;
    private static final int ARRIVE_SECONDS_MAX = 90;

    private Crowd() {}

    /** Everybody stays. */
    static List<Link> enter(Generator generator, Door door, List<Member> members)
            throws BenchException {
        return enter(generator, door, members, (_, _) -> {});
    }

    /** Hears how far it is. */
    interface Counted {
        void count(long done, long all);
    }

    static List<Link> enter(Generator generator, Door door, List<Member> members, Counted counted)
            throws BenchException {
        List<Link> links = new ArrayList<>();
        var places = new Semaphore(PARALLEL);
        for (Member member : members) {
            acquire(places, 1);
            Link link = generator.connect(door, Caller.of(member));
            links.add(link);
            var _ = link.arrival().whenComplete((_, _) -> places.release());
            counted.count(links.size(), members.size());
        }
        acquire(places, PARALLEL);
        for (Link link : links) {
            Arrival arrival = link.arrival().join();
            if (!(arrival instanceof Arrival.In)) {
                throw new BenchException("a connection was not let in: " + arrival.label());
            }
        }
        return links;
    }

    /**
     * So many come, one after the other, and leave at once.
     *
     * @param callers taken in turn, from this one on
     * @return how often each outcome came
     */
    static Map<String, Long> pass(
            Generator generator,
            Door door,
            List<Caller> callers,
            long first,
            int count,
            Counted counted)
            throws BenchException {
        var outcomes = new ConcurrentHashMap<String, AtomicLong>();
        var places = new Semaphore(PARALLEL);
        for (int i = 0; i < count; i++) {
            acquire(places, 1);
            Link link = generator.connect(door, callers.get((int) ((first + i) % callers.size())));
            var _ =
                    link.arrival()
                            .whenComplete((arrival, _) -> {
                                outcomes.computeIfAbsent(arrival.label(), _ -> new AtomicLong())
                                        .incrementAndGet();
                                if (!(arrival instanceof Arrival.Closed)) {
                                    link.leave();
                                }
                                places.release();
                            });
            counted.count(i + 1, count);
        }
        acquire(places, PARALLEL);
        var sums = new TreeMap<String, Long>();
        outcomes.forEach((label, number) -> sums.put(label, number.get()));
        return sums;
    }

    private static void acquire(Semaphore places, int count) throws BenchException {
        try {
            if (!places.tryAcquire(count, ARRIVE_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new BenchException(
                        "a connection was neither let in nor refused in "
                                + ARRIVE_SECONDS_MAX
                                + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
