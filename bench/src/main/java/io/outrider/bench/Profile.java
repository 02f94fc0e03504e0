package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Samples of the server's CPU while something is measured, if that was asked for. */
final class Profile implements AutoCloseable {
    private final Bench bench;
    private final OutriderServer server;
    private final String name;
    private final Path file;
    private final Threads threads;

    private Profile(Bench bench, OutriderServer server, String name, Path file, Threads threads) {
        this.bench = bench;
        this.server = server;
        this.name = name;
        this.file = file;
        this.threads = threads;
    }

    static @Nullable Profile start(Bench bench, Server server, String name)
            throws BenchException, IOException {
        if (!bench.plan.isProfiling() || !(server instanceof OutriderServer outrider)) {
            return null; // try-with-resources closes nothing then
        }
        Path file = bench.workspace.folder().resolve(name + "-" + System.nanoTime() + ".jfr");
        var _ =
                outrider.jcmd(
                        "JFR.start",
                        "name=bench",
                        "settings=none",
                        "+jdk.CPUTimeSample#enabled=true",
                        "+jdk.CPUTimeSample#throttle=10ms",
                        "+jdk.CPUTimeSample#stackTrace=true");
        return new Profile(bench, outrider, name, file, Threads.of(outrider.pid()));
    }

    @Override
    public void close() throws BenchException, IOException {
        List<String> lines = new ArrayList<>(threads.since());
        var _ = server.jcmd("JFR.stop", "name=bench", "filename=" + file);
        lines.addAll(HotSpots.of(file));
        for (String line : lines) {
            bench.progress.say("    profile of a " + name + ", " + line);
        }
    }
}
