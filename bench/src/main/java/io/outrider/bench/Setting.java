package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a figure means nothing without: machine, versions, parameters. */
final class Setting {
    private Setting() {}

    static void describe(Bench bench, List<String> arguments) throws BenchException, IOException {
        Report report = bench.report;
        report.setting("command", ("make bench ARGS='" + String.join(" ", arguments) + "'"));
        report.setting("date", Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
        report.setting(
                "machine",
                Runtime.getRuntime().availableProcessors()
                        + " cores, "
                        + first("/proc/cpuinfo", "model name")
                        + ", "
                        + first("/proc/meminfo", "MemTotal")
                        + ", Linux "
                        + System.getProperty("os.version"));
        report.setting("foreign CPU now", "%.2f cores".formatted(foreignCoresNow()));
        report.setting(
                "Outrider",
                "./outrider serve, JDK "
                        + Runtime.version()
                        + ", OUTRIDER_JAVA_OPTIONS '"
                        + System.getenv().getOrDefault("OUTRIDER_JAVA_OPTIONS", "")
                        + "'");
        report.setting("Mosquitto", MosquittoSetUp.version());
        report.setting(
                "generator",
                Generator.provider()
                        + ", 2 threads, on the same cores, no resumption, a loopback address each");
        report.setting("plan", bench.plan.toString());
    }

    private static double foreignCoresNow() throws BenchException, IOException {
        Usage.Mark mark = Usage.mark(ProcessHandle.current().pid());
        Pause.millis(1_000);
        Usage usage = mark.untilNow();
        return usage.foreignCores() + usage.serverCores();
    }

    private static String first(String file, String key) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("?");
    }
}
