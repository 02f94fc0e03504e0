package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.Limits;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that a process may have open, of which every socket is one, run out and come back. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class OpenFilesTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final int FILES_LEFT = 30;
    private static final int SOCKETS = 100;
    private static final Duration WATCHED = Duration.ofSeconds(3);

    @TempDir Path folder;

    @Test
    void without_a_file_left_to_open_the_server_says_so_and_waits_and_goes_on_when_there_is_one()
            throws Exception {
        try (var server =
                ServerProcess.start(
                        folder,
                        folder.resolve("server.log"),
                        "limits: {connecting: {handshake-time-max: 5m}}\n",
                        this::fromJars)) {
            server.run("fleet", "create", "acme");
            server.enrol("acme.truck-1", folder.resolve("state"));
            SSLContext tracker = EnrolledSocket.context(folder.resolve("state"));
            assertThat(connect(tracker, server)).isZero();
            assertThat(server.alarms()).isEmpty();
            long before = openFiles(server);
            limitFiles(server, before + FILES_LEFT + ":");
            var sockets = new ArrayList<SocketChannel>();
            try {
                for (int i = 0; i < SOCKETS; i++) {
                    sockets.add(silent(server));
                }
                await().atMost(WAIT)
                        .until(() ->
                                server.log().contains("Listener mqtt cannot take connections"));
                // More than one, for whoever closes a file now lets one in.
                await().atMost(WAIT)
                        .until(() -> {
                            sockets.add(waitingCommand(server));
                            return server.log().contains("control socket failed to accept");
                        });

                assertThat(cpuWithin(server)).isLessThan(WATCHED.dividedBy(3));
            } finally {
                for (SocketChannel socket : sockets) {
                    socket.close();
                }
            }
            await().atMost(WAIT).until(() -> openFiles(server) < before + FILES_LEFT / 2);
            assertThat(connect(tracker, server)).isZero();
            assertThat(server.alarms()).isEmpty();
            assertThat(server.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void there_are_never_more_connections_than_files_so_that_silent_ones_make_room_in_time() {
        assertThat(OpenFiles.connections(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(OpenFiles.connections(20_000)).isEqualTo(20_000 - OpenFiles.RESERVED);
        assertThat(OpenFiles.connections(1_000)).isEqualTo(500);
        assertThat(OpenFiles.connections(1)).isEqualTo(4);
        var wanted = Limits.DEFAULT.connecting();
        assertThat(wanted.within(Integer.MAX_VALUE)).isEqualTo(wanted);
        assertThat(wanted.within(wanted.connectionsMax())).isEqualTo(wanted);
        var few = wanted.within(100);
        assertThat(few.connectionsMax()).isEqualTo(100);
        assertThat(few.connectionsPerPrefixMax()).isEqualTo(100);
        assertThat(few.unprovenMax()).isEqualTo(50);
        assertThat(few.unprovenPerPrefixMax()).isEqualTo(50);
        assertThat(wanted.within(4).unprovenPerPrefixMax()).isEqualTo(2);
    }

    /** As it is installed: where a class is a file, one that is needed late would not be had. */
    private void fromJars(ProcessBuilder builder) {
        List<String> command = builder.command();
        int classPath = command.indexOf("-cp") + 1;
        command.set(
                classPath,
                Stream.of(command.get(classPath).split(File.pathSeparator))
                        .map(Path::of)
                        .map(it -> Files.isDirectory(it) ? jar(it) : it)
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)));
    }

    private Path jar(Path classes) {
        Path jar = folder.resolve(classes.toString().replace('/', '_') + ".jar");
        String[] arguments = {"-cf", jar.toString(), "-C", classes.toString(), "."};
        var tool = ToolProvider.findFirst("jar").orElseThrow();
        assertThat(tool.run(System.out, System.err, arguments)).isZero();
        return jar;
    }

    private static SocketChannel silent(ServerProcess server) throws IOException {
        return SocketChannel.open(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port("trackers")));
    }

    private static SocketChannel waitingCommand(ServerProcess server) throws IOException {
        var socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(server.data().resolve("control.sock")));
        return socket;
    }

    private static int connect(SSLContext tracker, ServerProcess server) throws IOException {
        try (var socket = EnrolledSocket.open(tracker, "127.0.0.1", server.port("trackers"))) {
            return socket.connect("acme.truck-1");
        }
    }

    private static long openFiles(ServerProcess server) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
            return files.count();
        }
    }

    /** What the process computes while nothing happens. */
    private static Duration cpuWithin(ServerProcess server) throws InterruptedException {
        Duration before = cpu(server);
        Instant end = Instant.now().plus(WATCHED);
        while (Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        return cpu(server).minus(before);
    }

    private static Duration cpu(ServerProcess server) {
        return ProcessHandle.of(server.pid()).orElseThrow().info().totalCpuDuration().orElseThrow();
    }

    private static void limitFiles(ServerProcess server, String softAndHard) throws Exception {
        var command =
                List.of("prlimit", "--pid", Long.toString(server.pid()), "--nofile=" + softAndHard);
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
