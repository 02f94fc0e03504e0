package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/**
 * d: from the start of the process to the first CONNACK, and memory then; with an AOT cache, too.
 */
final class Starts implements Part {
    private static final int TRACKERS = 10;
    private static final int START_SECONDS_MAX = 90;
    private static final int TRY_EVERY_MILLIS = 20;

    /** The child that writes the cache is slow where the cores are busy. */
    private static final int TRAINED_SECONDS_MAX = 300;

    private static final int TRAINING_SECONDS = 10;

    /** One start. */
    private record Start(double seconds, double cpuSeconds, double rssMb, double foreignCores) {
        static Measured median(List<Start> starts, ToDoubleFunction<Start> of) {
            double[] sorted = starts.stream().mapToDouble(of).sorted().toArray();
            double foreign = starts.stream().mapToDouble(Start::foreignCores).average().orElse(0);
            return new Measured(sorted[sorted.length / 2], foreign);
        }
    }

    /** Starts a server and does not wait. */
    private interface Launcher {
        Server launch() throws BenchException;
    }

    @Override
    public String title() {
        return "d  start to first CONNACK";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        Installation small = Installation.create(bench.workspace.folder().resolve("start"));
        try (var _ = OutriderServer.start(bench.workspace, small)) {
            small.enrol(TRACKERS, bench.progress);
        }
        Member member = small.members().getFirst();
        List<Start> plain = repeat(bench, "Outrider", member, () -> launch(bench, small, ""));
        List<Start> mosquitto =
                repeat(
                        bench,
                        "Mosquitto",
                        member,
                        () -> bench.mosquitto(small.authorities(), member.clientId()));
        add(bench, "", plain, mosquitto);
        Path cache = bench.workspace.folder().resolve("outrider.aot");
        train(bench, small, cache);
        if (!Files.exists(cache)) {
            bench.report.note("d: the training run wrote no AOT cache");
            return;
        }
        String options = "-XX:AOTCache=" + cache;
        List<Start> cached =
                repeat(bench, "Outrider, AOT", member, () -> launch(bench, small, options));
        add(bench, ", AOT cache", cached, mosquitto);
    }

    private static OutriderServer launch(Bench bench, Installation small, String javaOptions)
            throws BenchException {
        return OutriderServer.launch(bench.workspace, small, javaOptions);
    }

    private static void add(Bench bench, String how, List<Start> ours, List<Start> mosquitto) {
        bench.report.add(
                Figure.of(
                        "d: start to first CONNACK" + how,
                        "s",
                        Start.median(ours, Start::seconds),
                        Start.median(mosquitto, Start::seconds)));
        bench.report.add(
                Figure.of(
                        "d: CPU until then" + how,
                        "s",
                        Start.median(ours, Start::cpuSeconds),
                        Start.median(mosquitto, Start::cpuSeconds)));
        bench.report.add(
                Figure.of(
                        "d: RSS then" + how,
                        "MB",
                        Start.median(ours, Start::rssMb),
                        Start.median(mosquitto, Start::rssMb)));
    }

    private static List<Start> repeat(Bench bench, String what, Member member, Launcher launcher)
            throws BenchException, IOException {
        var starts = new ArrayList<Start>();
        for (int i = 0; i < bench.plan.starts(); i++) {
            long begin = System.nanoTime();
            try (Server server = launcher.launch()) {
                Usage.Mark mark = Usage.mark(server.pid());
                firstIn(bench, server, member);
                var start =
                        new Start(
                                (System.nanoTime() - begin) / 1e9,
                                Usage.cpuOf(server.pid()).toMillis() / 1e3,
                                Usage.rssKib(server.pid()) / 1_024.0,
                                mark.untilNow().foreignCores());
                starts.add(start);
                bench.progress.say(
                        "  %s: %.2f s, %.2f s CPU, %.0f MB"
                                .formatted(what, start.seconds, start.cpuSeconds, start.rssMb));
            }
        }
        return starts;
    }

    private static void firstIn(Bench bench, Server server, Member member) throws BenchException {
        long end = System.nanoTime() + START_SECONDS_MAX * 1_000_000_000L;
        while (System.nanoTime() < end) {
            Arrival arrival =
                    bench.generator.connect(server.door(), Caller.of(member)).arrival().join();
            if (arrival instanceof Arrival.In(Link link)) {
                link.leave();
                return;
            }
            Pause.millis(TRY_EVERY_MILLIS);
        }
        throw new BenchException("the server let nobody in for " + START_SECONDS_MAX + " s");
    }

    /** Lets a server do some of everything that it does, and write at its end what it loaded. */
    private static void train(Bench bench, Installation small, Path cache)
            throws BenchException, IOException {
        bench.progress.say("  training run for the AOT cache");
        long begin = System.nanoTime();
        OutriderServer server = launch(bench, small, "-XX:AOTCacheOutput=" + cache);
        try {
            server.awaitServing();
            List<Vehicle> vehicles = Vehicle.all(small.members(), small.sealingKey());
            try (Load load = Load.connect(bench.generator, server.door(), vehicles, 1, true)) {
                load.send(Long.MAX_VALUE, OptionalInt.of(50));
                Pause.millis(TRAINING_SECONDS * 1_000L);
                load.halt();
            }
        } finally {
            server.stop(TRAINED_SECONDS_MAX);
        }
        if (Files.exists(cache)) {
            bench.report.note(
                    "d: AOT cache: %.0f MB, made by a training run of %.0f s"
                            .formatted(Files.size(cache) / 1e6, (System.nanoTime() - begin) / 1e9));
        }
    }
}
