package io.outrider.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.outrider.cli.Operations.Request;
import io.outrider.keys.OperatorException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A server and simulated vehicles on this machine, over the real road, in a directory that is
 * thrown away.
 */
@Command(
        name = "demo",
        description =
                "Runs a server and simulated vehicles on this machine, over the real road: each vehicle enrols,"
                        + " journals, seals and publishes like any other. Everything is thrown away at the end.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit status 1 unless sent = acknowledged = stored.",
            "",
            "Examples:",
            "  outrider demo",
            "  outrider demo --trackers 100 --for 30s --json"
        })
final class DemoCommand implements Callable<Integer> {
    private static final int TRACKERS_MAX = 1_000;
    private static final Duration LINE_EVERY = Duration.ofSeconds(1);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--trackers",
            paramLabel = "N",
            defaultValue = "25",
            description = "1 to 1000 (default: 25).")
    private int trackers;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "End by itself after 30s, 5m or 1h (default: until Ctrl-C).")
    private @Nullable Duration duration;

    @Option(
            names = "--period",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "1s",
            description = "Between two positions of a vehicle, 1s to 10m (default: 1s).")
    private Duration period = Duration.ofSeconds(1);

    @Option(
            names = "--json",
            description = "Print only the figures at the end, as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws OperatorException, IOException, InterruptedException {
        requireInRange();
        quieten();
        // Outermost: the process may end as soon as it is closed.
        try (var stop = new ServeCommand.StopSignal()) {
            Path folder = Files.createTempDirectory("outrider-demo");
            try {
                return run(folder, stop);
            } finally {
                delete(folder);
            }
        }
    }

    /** Twenty-five trackers and a server in one terminal: only what is wrong. */
    private static void quieten() {
        if (LoggerFactory.getLogger("io.outrider") instanceof Logger logger) {
            logger.setLevel(Level.WARN);
        }
    }

    private int run(Path folder, ServeCommand.StopSignal stop)
            throws OperatorException, IOException, InterruptedException {
        PrintWriter progress = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        Config config = config(FreePorts.find(3));
        DataDirectory directory = DataDirectory.create(folder.resolve("data"));
        progress.println("Starting a server in " + directory.path() + " ...");
        try (var _ = directory.tryLock().orElseThrow();
                var server = Server.start(directory, config, InstantSource.system())) {
            server.operations()
                    .perform(new Request("fleet create", Map.of("fleet", DemoFleet.NAME)), _ -> {});
            try (var fleet =
                    DemoFleet.enrol(server.operations(), folder, trackers, period, progress)) {
                announce(progress, config, server);
                fleet.start();
                drive(fleet, server, stop, progress);
                return finish(fleet, server);
            }
        }
    }

    private void announce(PrintWriter progress, Config config, Server server) {
        String map = "https://localhost:" + config.dashboard().port() + "/";
        progress.println();
        progress.println("Watch them move (choose any password of 12 characters or more):");
        progress.println(
                "  " + map + server.setUpToken().map(token -> "setup#" + token).orElse(""));
        progress.println(
                "The browser asks once whether to trust this demo's own certificate. Ctrl-C ends it.");
        progress.println();
        progress.flush();
    }

    private void drive(
            DemoFleet fleet, Server server, ServeCommand.StopSignal stop, PrintWriter progress)
            throws OperatorException, InterruptedException {
        boolean live = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        Optional<Instant> end = Optional.ofNullable(duration).map(Instant.now()::plus);
        while (end.isEmpty() || Instant.now().isBefore(end.get())) {
            Duration pause =
                    end.map(at -> Duration.between(Instant.now(), at))
                            .filter(left -> left.compareTo(LINE_EVERY) < 0)
                            .orElse(LINE_EVERY);
            if (stop.await(pause)) {
                break;
            }
            if (!json) {
                progress.print(
                        live ? "\r" + line(fleet, server) + " \033[K" : line(fleet, server) + "\n");
                progress.flush();
            }
        }
        progress.println();
    }

    private static String line(DemoFleet fleet, Server server) throws OperatorException {
        long stored = accepted(server);
        var sums = fleet.sums();
        return "%d trackers   sent %,d   acknowledged %,d   stored %,d   lost %,d   %.1f bytes a position"
                .formatted(
                        fleet.size(),
                        sums.sent(),
                        sums.acknowledged(),
                        stored,
                        Math.max(0, sums.acknowledged() - stored),
                        sums.bytesPerPosition());
    }

    /**
     * Waits until the vehicles have delivered everything, then counts what can be read back from
     * the store.
     */
    private int finish(DemoFleet fleet, Server server)
            throws OperatorException, InterruptedException {
        boolean drained = fleet.stopDriving();
        long stored = fleet.readBack(server.operations());
        var sums = fleet.sums();
        boolean good =
                drained
                        && sums.sent() == sums.acknowledged()
                        && sums.sent() == stored
                        && stored > 0;
        if (json) {
            var figures = new java.util.LinkedHashMap<String, Object>();
            figures.put("trackers", fleet.size());
            figures.put("sent", sums.sent());
            figures.put("acknowledged", sums.acknowledged());
            figures.put("stored", stored);
            figures.put("lost", sums.sent() - stored);
            figures.put("bytesPerPosition", Math.round(sums.bytesPerPosition() * 10) / 10.0);
            spec.commandLine().getOut().println(ControlServer.JSON.writeValueAsString(figures));
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            "In the end: sent %,d, acknowledged %,d, read back from the store %,d, lost %,d.%n",
                            sums.sent(), sums.acknowledged(), stored, sums.sent() - stored);
        }
        return good ? 0 : 1;
    }

    private static long accepted(Server server) throws OperatorException {
        var accepted = new long[1];
        server.operations()
                .perform(
                        new Request("status", Map.of()),
                        row -> accepted[0] = row.path("positions").path("accepted").asLong());
        return accepted[0];
    }

    private void requireInRange() throws OperatorException {
        if (trackers < 1 || trackers > TRACKERS_MAX) {
            throw new OperatorException(
                    "--trackers " + trackers + " is not 1 to " + TRACKERS_MAX, "");
        }
        if (period.compareTo(Duration.ofSeconds(1)) < 0
                || period.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new OperatorException("--period is not 1s to 10m", "");
        }
    }

    private static Config config(List<Integer> ports) throws OperatorException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return Config.defaults()
                .at(
                        List.of("localhost", "127.0.0.1"),
                        new Endpoint(loopback, ports.get(0)),
                        new Endpoint(loopback, ports.get(1)),
                        new Endpoint(loopback, ports.get(2)));
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                            throws IOException {
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
