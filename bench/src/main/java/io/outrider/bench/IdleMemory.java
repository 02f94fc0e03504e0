package io.outrider.bench;

import java.io.IOException;
import java.util.List;

/** a: memory of a connection that is open and silent. */
final class IdleMemory implements Part {
    /** Come and go first, so that what is allocated once is not counted as a connection's. */
    private static final int WARM_MAX = 300;

    private static final int REST_MILLIS = 5_000;
    private static final double KIB = 1_024;
    private static final int BYTES = 1_024;

    /** In KiB. */
    private record Memory(
            long before, long with, long heapEach, int connections, double foreignCores) {
        Measured each() {
            return new Measured((with - before) / (double) connections, foreignCores);
        }

        Measured allInMib() {
            return new Measured(with / KIB, foreignCores);
        }
    }

    @Override
    public String title() {
        return "a  memory of idle connections";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        int idle = bench.plan.idle();
        Memory outrider;
        try (OutriderServer server = bench.outrider(idle)) {
            outrider = measure(bench, server, bench.trackers(idle));
        }
        Memory mosquitto;
        try (MosquittoServer server = bench.mosquitto()) {
            mosquitto = measure(bench, server, bench.trackers(idle));
        }
        String at = " at %,d idle trackers".formatted(idle);
        bench.report.add(
                Figure.of("a: RSS a connection" + at, "KB", outrider.each(), mosquitto.each()));
        bench.report.add(
                Figure.of(
                        "a: RSS of the server" + at,
                        "MB",
                        outrider.allInMib(),
                        mosquitto.allInMib()));
        bench.report.note(
                ("a: RSS without connections %.0f MB and %.1f MB; of a JVM after 3 x GC.run;"
                                + " live Java heap a connection %,d bytes, the rest is outside of it or room"
                                + " that the collector keeps")
                        .formatted(
                                outrider.before / KIB, mosquitto.before / KIB, outrider.heapEach));
    }

    private static Memory measure(Bench bench, Server server, List<Member> members)
            throws BenchException, IOException {
        int warm = Math.min(WARM_MAX, members.size());
        Crowd.pass(
                bench.generator,
                server.door(),
                Caller.all(members),
                0,
                warm,
                (done, all) -> bench.progress.count("warm", done, all));
        Pause.millis(REST_MILLIS);
        server.settle();
        long before = Usage.rssKib(server.pid());
        long heapBefore = heapKib(server);
        Usage.Mark mark = Usage.mark(server.pid());
        List<Link> links =
                Crowd.enter(
                        bench.generator,
                        server.door(),
                        members,
                        (done, all) -> bench.progress.count("connected", done, all));
        Usage usage = mark.untilNow();
        bench.progress.say(server.getClass().getSimpleName(), usage);
        Pause.millis(REST_MILLIS);
        server.settle();
        long with = Usage.rssKib(server.pid());
        long heapEach = (heapKib(server) - heapBefore) * BYTES / members.size();
        long gone = links.stream().filter(link -> !link.isOpen()).count();
        links.forEach(Link::leave);
        if (gone > 0) {
            throw new BenchException(gone + " idle connections did not stay");
        }
        var memory = new Memory(before, with, heapEach, members.size(), usage.foreignCores());
        bench.progress.say("  %.1f KB a connection".formatted(memory.each().value()));
        return memory;
    }

    /** None where there is no JVM. */
    private static long heapKib(Server server) throws BenchException {
        return server instanceof OutriderServer outrider ? outrider.heapUsedKib() : 0;
    }
}
