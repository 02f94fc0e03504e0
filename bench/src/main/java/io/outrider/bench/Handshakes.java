package io.outrider.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** b: CPU of a full mutual handshake with CONNECT and CONNACK, each with another certificate. */
final class Handshakes implements Part {
    /** More than any cache of certificates in a JVM holds (sun.security.provider.X509Factory). */
    private static final int CERTIFICATES = 2_000;

    @Override
    public String title() {
        return "b  full mutual TLS 1.3 handshakes, " + CERTIFICATES + " certificates";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        int certificates = Math.min(CERTIFICATES, bench.plan.handshakes());
        Measured outrider;
        try (OutriderServer server = bench.outrider(certificates)) {
            outrider = measure(bench, server, bench.trackers(certificates), true);
        }
        try (MosquittoServer server = bench.mosquitto()) {
            Measured mosquitto = measure(bench, server, bench.trackers(certificates), false);
            bench.report.add(
                    Figure.of(
                            "b: CPU of a full mutual handshake + CONNECT, warm",
                            "ms",
                            outrider,
                            mosquitto));
        }
        bench.report.note(
                ("b: after %,d handshakes to warm up; %,d measured;"
                                + " %,d certificates in turn; %d resumed")
                        .formatted(
                                bench.plan.warmHandshakes(),
                                bench.plan.handshakes(),
                                certificates,
                                bench.generator.resumed()));
    }

    private static Measured measure(
            Bench bench, Server server, List<Member> members, boolean isWarmedLong)
            throws BenchException, IOException {
        int warm = isWarmedLong ? bench.plan.warmHandshakes() : Math.min(500, members.size());
        int count = bench.plan.handshakes();
        pass(bench, server, members, 0, warm, "warm handshakes");
        try (var _ = Profile.start(bench, server, "handshake")) {
            Usage.Mark mark = Usage.mark(server.pid());
            pass(bench, server, members, warm, count, "handshakes");
            Pause.millis(200);
            Usage usage = mark.untilNow();
            bench.progress.say(server.getClass().getSimpleName(), usage);
            bench.progress.say("  %.2f ms CPU each".formatted(usage.serverMicrosEach(count) / 1e3));
            return usage.each(count, 1_000);
        }
    }

    private static void pass(
            Bench bench, Server server, List<Member> members, long first, int count, String what)
            throws BenchException {
        Map<String, Long> outcomes =
                Crowd.pass(
                        bench.generator,
                        server.door(),
                        Caller.all(members),
                        first,
                        count,
                        (done, all) -> bench.progress.count(what, done, all));
        if (!outcomes.equals(Map.of("let in", (long) count))) {
            throw new BenchException("not all were let in: " + outcomes);
        }
    }
}
