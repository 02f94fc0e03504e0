package io.outrider.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** e: CPU of a refusal, of many bad logins. */
final class Refusals implements Part {
    /** More than a JVM remembers of certificates. */
    private static final int CERTIFICATES = 1_000;

    private static final String WRONG_PASSWORD = "wrong password";
    private static final String FIRST = "bench.t-0000000";

    /** Of the form of Outrider's passwords, so that it has to be looked at. */
    private static final String PASSWORD = "gues-sgue-ssgu-essg-uess-gues-sgue";

    /** Whoever comes. */
    private record Intruders(String name, List<Caller> callers) {
        /** What Mosquitto knows, too. */
        boolean isForMosquitto() {
            return name.equals(WRONG_PASSWORD);
        }
    }

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
        var ours = new ArrayList<Optional<Measured>>();
        var guesses = new ArrayList<Intruders>();
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
            knock(bench, server)
                    .forEach((who, measured) -> {
                        guesses.add(who);
                        ours.add(measured);
                    });
        }
        try (MosquittoServer server = bench.mosquitto()) {
            add(bench, strangers, ours.get(0), measure(bench, server, server.door(), strangers));
            add(bench, removed, ours.get(1), Optional.empty());
            for (int i = 0; i < guesses.size(); i++) {
                Intruders guess = guesses.get(i);
                add(
                        bench,
                        guess,
                        ours.get(2 + i),
                        guess.isForMosquitto()
                                ? measure(bench, server, server.passwordDoor(), guess)
                                : Optional.empty());
            }
        }
    }

    private static Stream<String> named(int count) {
        return IntStream.range(0, count).mapToObj("bench.t-%07d"::formatted);
    }

    /** Each kind of bad login where no certificate is asked for. */
    private static Map<Intruders, Optional<Measured>> knock(Bench bench, OutriderServer server)
            throws BenchException, IOException {
        var measured = new LinkedHashMap<Intruders, Optional<Measured>>();
        Optional<Door> door = bench.installation().passwordDoor();
        if (door.isEmpty()) {
            String why = "e: passwords and tokens skipped: Outrider has no listener for them here";
            bench.progress.say("  " + why);
            bench.report.note(why);
            measured.put(guessers(bench), Optional.empty());
            return measured;
        }
        String forged = bench.installation().forgedToken();
        for (Intruders who :
                List.of(
                        guessers(bench),
                        new Intruders(
                                "wrong password, again and again",
                                List.of(Caller.of(new Login.Plain(FIRST, PASSWORD)))),
                        logins(bench, "wrong password by SCRAM-SHA-256", Login.Scram::new),
                        logins(bench, "forged token", name -> new Login.Plain(name, forged)))) {
            measured.put(who, measure(bench, server, door.get(), who));
        }
        return measured;
    }

    private static Intruders guessers(Bench bench) {
        return logins(bench, WRONG_PASSWORD, name -> new Login.Plain(name, PASSWORD));
    }

    /** Each under a name of its own, or most would be put off without being looked at. */
    private static Intruders logins(Bench bench, String kind, Function<String, Login> login) {
        int count = bench.plan.refusals() + warm(bench);
        return new Intruders(kind, named(count).map(login).map(Caller::of).toList());
    }

    private static int warm(Bench bench) {
        return Math.max(1, bench.plan.refusals() / 10);
    }

    private static void add(
            Bench bench, Intruders who, Optional<Measured> outrider, Optional<Measured> mosquitto) {
        bench.report.add(Figure.of("e: CPU of a refusal: " + who.name, "ms", outrider, mosquitto));
    }

    private static Optional<Measured> measure(Bench bench, Server server, Door door, Intruders who)
            throws BenchException, IOException {
        int count = bench.plan.refusals();
        int warm = warm(bench);
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
