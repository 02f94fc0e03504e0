package io.outrider.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** c: CPU of a stored position; nothing lost. */
final class Positions implements Part {
    private static final int MANY = 10;

    /** Trackers whose positions are read back one by one. */
    private static final int READ_BACK = 5;

    /** How much of a rate has to be reached for the figure to be one of that rate. */
    private static final double REACHED = 0.95;

    /**
     * One way to publish.
     *
     * @param perSecond reports of all connections; empty for one in flight on each
     * @param aimMicros for each position
     */
    private record Step(int positions, OptionalInt perSecond, double aimMicros) {
        String name() {
            return "c: CPU of a stored position, %d a report, %s"
                    .formatted(
                            positions,
                            perSecond.isEmpty()
                                    ? "saturated"
                                    : "%,d reports/s".formatted(perSecond.getAsInt()));
        }

        boolean isFallenShort(double reached) {
            return perSecond.isPresent() && reached < REACHED * perSecond.getAsInt();
        }
    }

    /** What Outrider did in a step, for Mosquitto to repeat. */
    private record Done(Step step, long reports, Measured microsEach) {}

    @Override
    public String title() {
        return "c  stored positions";
    }

    @Override
    public void run(Bench bench) throws BenchException, IOException {
        OptionalInt rate = OptionalInt.of(bench.plan.perSecond());
        var steps =
                List.of(
                        new Step(1, OptionalInt.empty(), 75),
                        new Step(MANY, OptionalInt.empty(), 12),
                        new Step(1, rate, 250),
                        new Step(MANY, rate, 250.0 / MANY));
        var done = new ArrayList<Done>();
        try (OutriderServer server = bench.outrider(bench.plan.connections())) {
            List<Vehicle> vehicles =
                    Vehicle.all(
                            bench.trackers(bench.plan.connections()),
                            bench.installation().sealingKey());
            boolean isNew = true;
            for (Step step : steps) {
                done.add(store(bench, server, vehicles, step, isNew));
                isNew = false;
            }
            checkStored(bench, vehicles);
        }
        for (Done outrider : done) {
            Measured mosquitto = forward(bench, outrider);
            Figure figure = Figure.of(outrider.step.name(), "us", outrider.microsEach, mosquitto);
            bench.report.add(figure.aimedAt(outrider.step.aimMicros));
        }
    }

    private static Done store(
            Bench bench, OutriderServer server, List<Vehicle> vehicles, Step step, boolean isNew)
            throws BenchException, IOException {
        bench.progress.say("  Outrider, " + step.name());
        long before = accepted(bench);
        try (Load load =
                Load.connect(bench.generator, server.door(), vehicles, step.positions, isNew)) {
            load.send(Long.MAX_VALUE, step.perSecond);
            Pause.millis(bench.plan.warmUpSeconds() * 1_000L);
            load.tally().forgetLatencies();
            long first = load.tally().acknowledgedCount();
            long reports;
            Usage usage;
            try (var _ = Profile.start(bench, server, "position")) {
                Usage.Mark mark = Usage.mark(server.pid());
                Pause.millis(bench.plan.seconds() * 1_000L);
                reports = load.tally().acknowledgedCount() - first;
                usage = mark.untilNow();
            }
            String latencies = load.tally().latencies();
            load.halt();
            requireNothingLost(load.tally(), step, accepted(bench) - before);
            Measured microsEach = usage.each(reports * step.positions, 1);
            bench.progress.say("Outrider", usage);
            bench.progress.say(
                    "  %.1f us CPU a position, %,.0f positions/s; %s"
                            .formatted(
                                    microsEach.value(),
                                    reports * step.positions * 1e9 / usage.wall().toNanos(),
                                    latencies));
            note(bench, step, load, usage, reports, latencies);
            return new Done(step, reports, microsEach);
        }
    }

    private static void note(
            Bench bench, Step step, Load load, Usage usage, long reports, String latencies) {
        double perSecond = reports * 1e9 / usage.wall().toNanos();
        bench.report.note(
                ("%s: %,.0f reports/s%s of %.0f bytes; %s;"
                                + " %,d sent = acknowledged = stored (x %d); %s")
                        .formatted(
                                step.name(),
                                perSecond,
                                step.isFallenShort(perSecond) ? " (THE RATE WAS NOT REACHED)" : "",
                                load.bytesEach(),
                                latencies,
                                load.tally().acknowledgedCount(),
                                step.positions,
                                load.security()));
    }

    private static void requireNothingLost(Tally tally, Step step, long stored)
            throws BenchException {
        if (!tally.troubles().isEmpty()
                || tally.sentCount() != tally.acknowledgedCount()
                || tally.acknowledgedCount() * step.positions != stored) {
            throw new BenchException(
                    "%s: sent %,d reports, acknowledged %,d, stored %,d positions, %s"
                            .formatted(
                                    step.name(),
                                    tally.sentCount(),
                                    tally.acknowledgedCount(),
                                    stored,
                                    tally.troubles()));
        }
    }

    private static long accepted(Bench bench) throws BenchException {
        JsonNode status = bench.installation().control().ask("status", Map.of());
        return status.path("positions").path("accepted").asLong();
    }

    /** Reads some trackers' positions back, one by one: as many as were acknowledged. */
    private static void checkStored(Bench bench, List<Vehicle> vehicles) throws BenchException {
        long read = 0;
        List<Vehicle> some = vehicles.subList(0, Math.min(READ_BACK, vehicles.size()));
        for (Vehicle vehicle : some) {
            long[] rows = new long[1];
            String name = vehicle.member().clientId();
            bench.installation()
                    .control()
                    .ask("positions", Map.of("tracker", name), _ -> rows[0]++);
            if (rows[0] != vehicle.driven()) {
                throw new BenchException(
                        "%s: %,d positions acknowledged, %,d in the store"
                                .formatted(name, vehicle.driven(), rows[0]));
            }
            read += rows[0];
        }
        bench.report.note(
                "c: read back %,d positions of %d trackers, as many as were acknowledged"
                        .formatted(read, some.size()));
    }

    /** Mosquitto, as many messages as large, to one subscriber. */
    private static Measured forward(Bench bench, Done outrider) throws BenchException, IOException {
        Step step = outrider.step;
        bench.progress.say("  Mosquitto forwards as many messages as large, to one subscriber");
        try (MosquittoServer server = bench.mosquitto();
                Load load =
                        Load.connect(
                                bench.generator,
                                server.door(),
                                vehiclesOfMosquitto(bench),
                                step.positions,
                                false)) {
            load.read(bench.generator, server.door(), bench.reader(), "o1/#");
            long warm = Math.max(1, outrider.reports / 10);
            forward(bench, load, warm, step);
            Usage.Mark mark = Usage.mark(server.pid());
            forward(bench, load, outrider.reports, step);
            Usage usage = mark.untilNow();
            bench.progress.say("Mosquitto", usage);
            bench.report.note(
                    ("%s: Mosquitto: %,d messages of %.0f bytes, all acknowledged and"
                                    + " forwarded, in %.1f s;"
                                    + " foreign CPU %.2f cores; %s")
                            .formatted(
                                    step.name(),
                                    outrider.reports,
                                    load.bytesEach(),
                                    usage.wall().toMillis() / 1e3,
                                    usage.foreignCores(),
                                    load.security()));
            return usage.each(outrider.reports * step.positions, 1);
        }
    }

    /** Topics as long as ours; its ACL can only match the whole user name. */
    private static List<Vehicle> vehiclesOfMosquitto(Bench bench) throws BenchException {
        return Vehicle.all(
                bench.trackers(bench.plan.connections()),
                bench.installation().sealingKey(),
                id -> "o1/" + id + "/report");
    }

    private static void forward(Bench bench, Load load, long reports, Step step)
            throws BenchException {
        Tally tally = load.tally();
        long acknowledged = tally.acknowledgedCount() + reports;
        long delivered = tally.deliveredCount() + reports;
        int secondsMax = 60 + 10 * (bench.plan.seconds() + bench.plan.warmUpSeconds());
        load.send(reports, step.perSecond);
        Load.awaitCount(
                "Mosquitto to forward",
                secondsMax,
                () -> {
                    boolean isDone =
                            tally.acknowledgedCount() >= acknowledged
                                    && tally.deliveredCount() >= delivered;
                    return isDone || !tally.troubles().isEmpty();
                });
        if (!tally.troubles().isEmpty()) {
            throw new BenchException("Mosquitto: " + tally.troubles());
        }
        load.halt();
    }
}
