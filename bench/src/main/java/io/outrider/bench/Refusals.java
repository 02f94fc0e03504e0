package io.outrider.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** e: CPU of a refusal, of many bad logins. */
final class Refusals implements Part {
    /** More than a JVM remembers of certificates. */
    private static final int CERTIFICATES = 1_000;

    /** Whoever comes. */
    private record Intruders(String name, List<Caller> callers) {}

    @Override
    public String title() {
        return "e  refusals";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        int certificates = Math.min(CERTIFICATES, bench.plan.refusals());
        bench.progress.say("  making " + certificates + " certificates of a stranger's CA");
        var stranger = new Ca("a stranger");
        List<Caller> forged =
                named(certificates).map(name -> Caller.of(stranger.client(name))).toList();
        var strangers = new Intruders("certificate of a stranger's CA", forged);
        List<Caller> guesses =
                named(certificates)
                        .map(name -> Caller.of(new Login(name, "guess-guess-guess")))
                        .toList();
        var guessers = new Intruders("wrong password", guesses);
        var ours = new ArrayList<Optional<Measured>>();
        Intruders removed;
        try (OutriderServer server = bench.outrider(1)) {
            removed =
                    new Intruders(
                            "good certificate of a removed tracker",
                            Caller.all(
                                    bench.installation()
                                            .enrolAndRemove(certificates, bench.progress)));
            ours.add(measure(bench, server, server.door(), strangers));
            ours.add(measure(bench, server, server.door(), removed));
            ours.add(guess(bench, server, guessers));
        }
        try (MosquittoServer server = bench.mosquitto()) {
            add(bench, strangers, ours.get(0), measure(bench, server, server.door(), strangers));
            add(bench, removed, ours.get(1), Optional.empty());
            add(
                    bench,
                    guessers,
                    ours.get(2),
                    measure(bench, server, server.passwordDoor(), guessers));
        }
    }

    private static Stream<String> named(int count) {
        return IntStream.range(0, count).mapToObj("bench.t-%07d"::formatted);
    }

    private static Optional<Measured> guess(Bench bench, OutriderServer server, Intruders guessers)
            throws BenchException, IOException {
        Optional<Door> door = bench.installation().passwordDoor();
        if (door.isEmpty()) {
            String why = "e: wrong passwords skipped: Outrider has no listener for passwords here";
            bench.progress.say("  " + why);
            bench.report.note(why);
            return Optional.empty();
        }
        return measure(bench, server, door.get(), guessers);
    }

    private static void add(
            Bench bench, Intruders who, Optional<Measured> outrider, Optional<Measured> mosquitto) {
        bench.report.add(Figure.of("e: CPU of a refusal: " + who.name, "ms", outrider, mosquitto));
    }

    private static Optional<Measured> measure(Bench bench, Server server, Door door, Intruders who)
            throws BenchException, IOException {
        int count = bench.plan.refusals();
        int warm = Math.max(1, count / 10);
        pass(bench, door, who, 0, warm);
        Usage.Mark mark = Usage.mark(server.pid());
        Map<String, Long> outcomes = pass(bench, door, who, warm, count);
        Pause.millis(200);
        Usage usage = mark.untilNow();
        bench.progress.say(server.getClass().getSimpleName() + ", " + who.name, usage);
        if (outcomes.containsKey("let in")) {
            throw new BenchException(who.name + ": " + outcomes);
        }
        String line =
                "e: %s, %s: %,d in %.1f s after %,d to warm up: %s; foreign CPU %.2f cores"
                        .formatted(
                                server instanceof OutriderServer ? "Outrider" : "Mosquitto",
                                who.name,
                                count,
                                usage.wall().toMillis() / 1e3,
                                warm,
                                outcomes,
                                usage.foreignCores());
        bench.progress.say("  " + line);
        bench.report.note(line);
        return Optional.of(usage.each(count, 1_000));
    }

    private static Map<String, Long> pass(
            Bench bench, Door door, Intruders who, long first, int count) throws BenchException {
        return Crowd.pass(
                bench.generator,
                door,
                who.callers,
                first,
                count,
                (done, all) -> bench.progress.count("refused", done, all));
    }
}
