package io.outrider.bench;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Connections that publish sealed reports, and one that may read them all. */
final class Load implements AutoCloseable {
    private static final int ANSWER_SECONDS_MAX = 60;

    private final Tally tally = new Tally();
    private final AtomicLong budget = new AtomicLong();
    private final List<Publisher> publishers = new CopyOnWriteArrayList<>();
    private final List<ScheduledFuture<?>> paces = new ArrayList<>();
    private Optional<Link> reader = Optional.empty();

    /**
     * Connects everybody.
     *
     * @param positions in each report
     * @param announce whether the server is to open what it gets
     */
    static Load connect(
            Generator generator, Door door, List<Vehicle> vehicles, int positions, boolean announce)
            throws BenchException {
        var load = new Load();
        try {
            var members = vehicles.stream().map(Vehicle::member).toList();
            List<Link> links = Crowd.enter(generator, door, members);
            for (int i = 0; i < links.size(); i++) {
                load.add(links.get(i), vehicles.get(i), positions, announce);
            }
            return load;
        } catch (BenchException e) {
            load.close();
            throw e;
        }
    }

    private void add(Link link, Vehicle vehicle, int positions, boolean announce)
            throws BenchException {
        try {
            int code =
                    CompletableFuture.supplyAsync(
                                    () -> new Publisher(link, vehicle, positions, budget, tally),
                                    link.loop())
                            .thenComposeAsync(publisher -> begin(publisher, announce), link.loop())
                            .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            if (code != 0) {
                throw new BenchException("an announcement was answered with " + code);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("an announcement was not answered: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    private CompletableFuture<Integer> begin(Publisher publisher, boolean announce) {
        publishers.add(publisher);
        return announce ? publisher.announce() : publisher.needNotAnnounce();
    }

    /** Subscribes one more connection to all reports, which counts them. */
    void read(Generator generator, Door door, Member member, String filter) throws BenchException {
        Link link = Crowd.enter(generator, door, List.of(member)).getFirst();
        reader = Optional.of(link);
        link.loop()
                .execute(() -> {
                    link.hear(
                            new Link.Ear() {
                                @Override
                                public void delivered() {
                                    tally.delivered();
                                }

                                @Override
                                public void lost(String why) {
                                    tally.trouble("reader lost: " + why);
                                }
                            });
                    link.subscribe(filter);
                });
        Pause.millis(500);
    }

    Tally tally() {
        return tally;
    }

    /** What the link's peers agreed on. */
    String security() {
        return publishers.getFirst().link().security();
    }

    /** Bytes of a report, on average; when it has halted. */
    double bytesEach() {
        long bytes = publishers.stream().mapToLong(Publisher::bytes).sum();
        return (double) bytes / Math.max(1, tally.sentCount());
    }

    /**
     * Begins to send.
     *
     * @param reports at most so many
     * @param perSecond of all connections together; empty for as fast as answers come
     */
    void send(long reports, OptionalInt perSecond) {
        budget.set(reports);
        if (perSecond.isEmpty()) {
            publishers.forEach(it -> it.link().loop().execute(it::saturate));
            return;
        }
        Map<EventLoop, List<Publisher>> byLoop =
                publishers.stream().collect(Collectors.groupingBy(it -> it.link().loop()));
        byLoop.forEach((loop, own) -> {
            double share = (double) perSecond.getAsInt() * own.size() / publishers.size();
            var pace = new Pace(own, share);
            paces.add(loop.scheduleAtFixedRate(pace, 0, 1, TimeUnit.MILLISECONDS));
        });
    }

    /** Sends no more, and waits until all that was sent is answered. */
    void halt() throws BenchException {
        paces.forEach(pace -> pace.cancel(false));
        paces.clear();
        budget.set(0);
        publishers.forEach(it -> it.link().loop().execute(it::halt));
        Pause.millis(20);
        awaitCount("answers", ANSWER_SECONDS_MAX, () -> isAnswered());
    }

    private boolean isAnswered() {
        long troubles = tally.troubles().values().stream().mapToLong(AtomicLong::get).sum();
        return tally.acknowledgedCount() + troubles >= tally.sentCount();
    }

    /** A condition that comes true by itself. */
    interface Condition {
        boolean holds();
    }

    static void awaitCount(String what, int secondsMax, Condition condition) throws BenchException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new BenchException(
                        "waited " + secondsMax + " s for " + what + " that did not come");
            }
            Pause.millis(10);
        }
    }

    @Override
    public void close() {
        paces.forEach(pace -> pace.cancel(false));
        publishers.forEach(it -> it.link().leave());
        reader.ifPresent(Link::leave);
    }
}
