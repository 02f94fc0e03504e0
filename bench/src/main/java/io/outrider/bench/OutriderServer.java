package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./outrider serve}, as an operator runs it. */
final class OutriderServer implements Server {
    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final String LOG = "outrider.log";
    private static final int COLLECTIONS = 3;
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

    private final Workspace workspace;
    private final Installation installation;
    private final Process process;

    private OutriderServer(Workspace workspace, Installation installation, Process process) {
        this.workspace = workspace;
        this.installation = installation;
        this.process = process;
    }

    /** Starts the server and waits until it takes commands. */
    static OutriderServer start(Workspace workspace, Installation installation)
            throws BenchException {
        try {
            return startOnce(workspace, installation);
        } catch (BenchException e) {
            if (!Installation.isPasswordsUnknown(String.valueOf(e.getMessage()))) {
                throw e;
            }
            installation.forgoPasswords();
            return startOnce(workspace, installation);
        }
    }

    private static OutriderServer startOnce(Workspace workspace, Installation installation)
            throws BenchException {
        OutriderServer server = launch(workspace, installation, "");
        try {
            server.awaitServing();
            return server;
        } catch (BenchException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Starts the server, and does not wait.
     *
     * @param javaOptions for its JVM, beside those of the script
     */
    static OutriderServer launch(Workspace workspace, Installation installation, String javaOptions)
            throws BenchException {
        try {
            var builder =
                    new ProcessBuilder(
                            Checkout.root().resolve("outrider").toString(),
                            "serve",
                            "--data",
                            installation.data().toString());
            String inherited = System.getenv().getOrDefault("OUTRIDER_JAVA_OPTIONS", "");
            builder.environment()
                    .put("OUTRIDER_JAVA_OPTIONS", (inherited + " " + javaOptions).strip());
            return new OutriderServer(workspace, installation, workspace.start(builder, LOG));
        } catch (IOException e) {
            throw new BenchException("cannot start ./outrider serve: " + e.getMessage(), e);
        }
    }

    void awaitServing() throws BenchException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!installation.control().isServed()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new BenchException(
                        "./outrider serve does not serve:\n" + workspace.tail(LOG));
            }
            Pause.millis(50);
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Door door() {
        return installation.door();
    }

    @Override
    public void settle() throws BenchException {
        for (int i = 0; i < COLLECTIONS; i++) {
            var _ = jcmd("GC.run");
            Pause.millis(500);
        }
    }

    /** Live objects and what has not been collected yet, in KiB. */
    long heapUsedKib() throws BenchException {
        Matcher used = HEAP_USED.matcher(jcmd("GC.heap_info"));
        if (!used.find()) {
            throw new BenchException("jcmd GC.heap_info does not say how much heap is used");
        }
        return Long.parseLong(used.group(1));
    }

    /** Runs one command of {@code jcmd} on the server; gives what it printed. */
    String jcmd(String... command) throws BenchException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        var line = new ArrayList<String>();
        line.add(jcmd.toString());
        line.add(Long.toString(pid()));
        line.addAll(List.of(command));
        String log = "jcmd-" + System.nanoTime() + ".log";
        try {
            Process process = workspace.start(new ProcessBuilder(line), log);
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            workspace.stop(process);
            if (!ended || process.exitValue() != 0) {
                throw new BenchException("jcmd failed: " + workspace.tail(log));
            }
            return workspace.tail(log);
        } catch (IOException e) {
            throw new BenchException("cannot run " + jcmd + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    /** SIGTERM, and SIGKILL where it is not gone in time. */
    void stop(int secondsMax) {
        workspace.stop(process, secondsMax);
    }

    @Override
    public void close() {
        workspace.stop(process);
    }
}
