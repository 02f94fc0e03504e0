package io.outrider.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder for everything that a run makes, and the processes that it starts. All of it is gone
 * when this is closed, and when the program is interrupted.
 */
final class Workspace implements AutoCloseable {
    private static final int STOP_SECONDS_MAX = 30;

    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();
    private final Thread hook = new Thread(this::clear, "clear");
    private boolean isClosed;

    private Workspace(Path folder) {
        this.folder = folder;
    }

    static Workspace open() throws IOException {
        var workspace = new Workspace(Files.createTempDirectory("outrider-bench-"));
        Runtime.getRuntime().addShutdownHook(workspace.hook);
        return workspace;
    }

    Path folder() {
        return folder;
    }

    /** Starts a process whose output goes into a file of this folder. */
    synchronized Process start(ProcessBuilder builder, String logName) throws IOException {
        if (isClosed) {
            throw new IOException("the bench is ending");
        }
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve(logName).toFile()))
                        .start();
        processes.push(process);
        return process;
    }

    /** The last lines of a process's output, for an error message. */
    String tail(String logName) {
        try {
            List<String> lines = Files.readAllLines(folder.resolve(logName));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "(no output: " + e.getMessage() + ")";
        }
    }

    /** SIGTERM, and SIGKILL where that does not help in time. */
    void stop(Process process) {
        stop(process, STOP_SECONDS_MAX);
    }

    void stop(Process process, int secondsMax) {
        process.destroy();
        try {
            if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            processes.remove(process);
        }
    }

    /** Ports of loopback that nobody listens on, all different. */
    static int[] freePorts(int count) throws IOException {
        var sockets = new ServerSocket[count];
        int[] ports = new int[count];
        try {
            for (int i = 0; i < count; i++) {
                sockets[i] = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ports[i] = sockets[i].getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // it runs already: the program was interrupted
        }
    }

    private void clear() {
        synchronized (this) {
            isClosed = true;
        }
        Process next;
        while ((next = last()) != null) {
            stop(next);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // Nothing depends on it, and the folder is the system's to clean.
        }
    }

    private synchronized @org.jspecify.annotations.Nullable Process last() {
        return processes.peek();
    }
}
