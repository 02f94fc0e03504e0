package io.outrider.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code bench/run}. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description =
                "Measures what ./outrider serve costs, beside Debian's Mosquitto in the same run."
                        + " Everything is on loopback and in a temporary folder.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  make bench                                  everything, half an hour",
            "  make bench ARGS='--parts c --seconds 10'    stored positions only",
            "  make bench ARGS='--parts b --profile'       and where its CPU goes",
            "bench/README.md says what the figures mean."
        })
public final class Main implements Callable<Integer> {
    private static final Map<String, Part> PARTS = parts();

    /** Beside the connections: what a JVM, a database and a test open. */
    private static final int FILES_SPARE = 500;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "a,b,c,d,e,f",
            description =
                    "a: memory of idle connections; b: handshakes; c: stored positions; d: start;"
                            + " e: refusals; f: time until a tracker is cut off. All by default.")
    private List<String> parts = List.copyOf(PARTS.keySet());

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "200",
            description = "that publish at once (c): ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "for which each step of c is measured: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "60",
            description = "seconds before that: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "2000",
            description = "reports a second, where c is not saturated: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--idle",
            paramLabel = "N",
            defaultValue = "5000",
            description = "connections that are silent (a): ${DEFAULT-VALUE}")
    private int idle;

    @Option(
            names = "--handshakes",
            paramLabel = "N",
            defaultValue = "3000",
            description = "that are measured (b): ${DEFAULT-VALUE}")
    private int handshakes;

    @Option(
            names = "--warm-handshakes",
            paramLabel = "N",
            defaultValue = "12000",
            description = "before them, to let the JVM compile: ${DEFAULT-VALUE}")
    private int warmHandshakes;

    @Option(
            names = "--refusals",
            paramLabel = "N",
            defaultValue = "10000",
            description = "of each kind (e): ${DEFAULT-VALUE}")
    private int refusals;

    @Option(
            names = "--starts",
            paramLabel = "N",
            defaultValue = "3",
            description = "of which the median is told (d): ${DEFAULT-VALUE}")
    private int starts;

    @Option(names = "--profile", description = "sample the server's CPU in b and c; costs it some")
    private boolean isProfiling;

    @Option(names = "--json", paramLabel = "FILE", description = "write the figures there, too")
    private Optional<Path> json = Optional.empty();

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new Main())
                        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                        .setExecutionExceptionHandler((thrown, command, _) -> {
                            if (thrown instanceof BenchException e) {
                                command.getErr().println("bench: " + e.getMessage());
                                return 2;
                            }
                            throw thrown;
                        })
                        .execute(arguments));
    }

    @Override
    public Integer call() throws BenchException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        requireUsable();
        var progress = new Progress(spec.commandLine().getErr());
        try (var bench = new Bench(plan(), progress)) {
            Setting.describe(bench, spec.commandLine().getParseResult().originalArgs());
            try {
                run(bench);
            } finally {
                bench.report.print(out); // what there is, also where a part failed
            }
            if (json.isPresent()) {
                bench.report.write(json.get());
            }
        }
        return 0;
    }

    private void run(Bench bench) throws BenchException, IOException {
        for (var part : PARTS.entrySet()) {
            if (parts.contains(part.getKey())) {
                bench.progress.say(part.getValue().title());
                part.getValue().run(bench);
            }
        }
    }

    private Plan plan() {
        return new Plan(
                connections,
                idle,
                handshakes,
                warmHandshakes,
                refusals,
                rate,
                seconds,
                warmUp,
                starts,
                isProfiling);
    }

    private void requireUsable() throws BenchException, IOException {
        for (String name : parts) {
            if (!PARTS.containsKey(name)) {
                throw new BenchException(
                        "there is no part '" + name + "': " + String.join(",", PARTS.keySet()));
            }
        }
        for (int number :
                new int[] {connections, seconds, rate, idle, handshakes, refusals, starts}) {
            if (number < 1) {
                throw new BenchException(number + " is too few: give 1 or more");
            }
        }
        int held =
                Math.max(
                        parts.contains("a") ? idle : 0,
                        parts.contains("f") ? CutOff.CONNECTIONS : 0);
        int needed = FILES_SPARE + Math.max(connections, held);
        if (filesMax() < needed) {
            throw new BenchException(
                    "a process may open %d files, %d are needed, here and in the servers: ulimit -n %d"
                                    .formatted(filesMax(), needed, needed)
                            + " (as root, or raise nofile in /etc/security/limits.conf)");
        }
    }

    /** The JVM has raised its own soft limit to the hard one, and its children inherit that. */
    private static long filesMax() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring(26).trim().split(" +", 2)[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        return Long.MAX_VALUE;
    }

    /** In the order in which they run. To add one, add a line. */
    private static Map<String, Part> parts() {
        var all = new LinkedHashMap<String, Part>();
        all.put("a", new IdleMemory());
        all.put("b", new Handshakes());
        all.put("c", new Positions());
        all.put("d", new Starts());
        all.put("e", new Refusals());
        all.put("f", new CutOff());
        return all;
    }
}
