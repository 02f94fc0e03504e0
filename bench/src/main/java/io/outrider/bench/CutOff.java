package io.outrider.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** f: how long a tracker that is quarantined stays connected. */
final class CutOff implements Part {
    static final int CONNECTIONS = 1_000;

    private static final int CUT = 200;
    private static final int END_SECONDS_MAX = 30;
    private static final double AIM_MILLIS = 1_000;
    private static final double NANOS = 1e6;

    /** What the tracker hears, and when. */
    private record End(String why, long nanoTime) {}

    @Override
    public String title() {
        return "f  time until a tracker is cut off";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        try (OutriderServer server = bench.outrider(CONNECTIONS)) {
            List<Member> members = bench.trackers(CONNECTIONS);
            List<Link> links =
                    Crowd.enter(
                            bench.generator,
                            server.door(),
                            members,
                            (done, all) -> bench.progress.count("connected", done, all));
            Usage.Mark mark = Usage.mark(server.pid());
            double[] millis = new double[CUT];
            for (int i = 0; i < CUT; i++) {
                millis[i] = cutOff(bench, members.get(i), links.get(i));
                bench.progress.count("cut off", i + 1, CUT);
            }
            Usage usage = mark.untilNow();
            bench.progress.say("OutriderServer", usage);
            long stayed = links.stream().skip(CUT).filter(Link::isOpen).count();
            for (int i = 0; i < CUT; i++) {
                // Whatever part comes next wants them all.
                bench.installation()
                        .control()
                        .ask("fleet release", Map.of("tracker", members.get(i).clientId()));
            }
            links.stream().skip(CUT).forEach(Link::leave);
            if (stayed != CONNECTIONS - CUT) {
                throw new BenchException("cut off with the others: " + (CONNECTIONS - stayed));
            }
            report(bench, millis, usage.foreignCores());
        }
    }

    /** In ms, from before the command is sent until its tracker has read the DISCONNECT. */
    private static double cutOff(Bench bench, Member member, Link link) throws BenchException {
        var end = new CompletableFuture<End>();
        try {
            link.loop()
                    .submit(() ->
                            link.hear(
                                    new Link.Ear() {
                                        @Override
                                        public void dismissed(int reasonCode) {
                                            end.complete(
                                                    new End(
                                                            "DISCONNECT 0x%02X"
                                                                    .formatted(reasonCode),
                                                            System.nanoTime()));
                                        }

                                        @Override
                                        public void lost(String why) {
                                            end.complete(new End(why, System.nanoTime()));
                                        }
                                    }))
                    .get(END_SECONDS_MAX, TimeUnit.SECONDS);
            long start = System.nanoTime();
            bench.installation()
                    .control()
                    .ask(
                            "fleet quarantine",
                            Map.of("tracker", member.clientId(), "reason", "bench"));
            End heard = end.get(END_SECONDS_MAX, TimeUnit.SECONDS);
            if (!heard.why().startsWith("DISCONNECT")) {
                throw new BenchException("no DISCONNECT came, but: " + heard.why());
            }
            return (heard.nanoTime() - start) / NANOS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException(member.clientId() + " was not cut off", e);
        }
    }

    private static void report(Bench bench, double[] millis, double foreignCores) {
        Arrays.sort(millis);
        bench.report.add(figure("p50", percentile(millis, 50), foreignCores));
        bench.report.add(figure("p99", percentile(millis, 99), foreignCores).aimedAt(AIM_MILLIS));
        bench.report.note(
                "f: %,d of %,d connected trackers, one after the other: %.1f to %.1f ms"
                        .formatted(CUT, CONNECTIONS, millis[0], millis[CUT - 1]));
    }

    private static Figure figure(String which, double millis, double foreignCores) {
        return new Figure(
                "f: quarantine to DISCONNECT, " + which,
                "ms",
                Optional.of(new Measured(millis, foreignCores)),
                Optional.empty(),
                OptionalDouble.empty());
    }

    /** The smallest that so many of a hundred do not exceed. */
    private static double percentile(double[] sorted, int percent) {
        return sorted[(int) Math.ceil(sorted.length * percent / 100.0) - 1];
    }
}
