package io.outrider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian's Mosquitto with what it needs to be compared: mutual TLS 1.3, an ACL file, and a listener
 * for passwords.
 */
final class MosquittoSetUp {
    private static final String PACKAGE = "apt-get install mosquitto";

    private final Workspace workspace;
    private final Ca ca = new Ca("bench Mosquitto");

    MosquittoSetUp(Workspace workspace) {
        this.workspace = workspace;
    }

    static void requireInstalled() throws BenchException {
        var _ = tool("mosquitto");
        var _ = tool("mosquitto_passwd");
    }

    /** What {@code mosquitto -h} says of itself. */
    static String version() throws BenchException {
        try {
            Process process = new ProcessBuilder(tool("mosquitto"), "-h").start();
            String first =
                    new String(
                                    process.getInputStream().readAllBytes(),
                                    java.nio.charset.StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                            .orElse("?");
            process.destroy();
            return first;
        } catch (IOException e) {
            throw new BenchException("cannot run mosquitto: " + e.getMessage(), e);
        }
    }

    /**
     * @param authorities whose clients are let in
     * @param reader who may read all reports
     */
    MosquittoServer start(List<X509Certificate> authorities, String reader) throws BenchException {
        try {
            Path folder = Files.createTempDirectory(workspace.folder(), "mosquitto-");
            int[] ports = Workspace.freePorts(2);
            Member server = ca.server();
            write(
                    folder,
                    "ca.pem",
                    authorities.stream().map(Ca::pem).collect(Collectors.joining()));
            write(folder, "server.pem", Ca.pem(server.chain().getFirst()) + Ca.pem(ca.root()));
            write(folder, "server.key", Ca.pem(server.key()));
            write(
                    folder,
                    "acl",
                    "pattern write o1/%u/report\nuser " + reader + "\ntopic read o1/#\n");
            passwords(folder);
            write(folder, "mosquitto.conf", configuration(folder, ports));
            var builder =
                    new ProcessBuilder(
                            tool("mosquitto"), "-c", folder.resolve("mosquitto.conf").toString());
            var started =
                    new MosquittoServer(
                            workspace,
                            workspace.start(builder, "mosquitto.log"),
                            Door.onLoopback(ports[0], new OnceChecked(ca.root())),
                            Door.onLoopback(ports[1], new OnceChecked(ca.root())));
            started.awaitListening();
            return started;
        } catch (IOException e) {
            throw new BenchException("cannot set up mosquitto: " + e.getMessage(), e);
        }
    }

    /** As Debian has it, but for what the comparison needs. */
    private static String configuration(Path folder, int[] ports) {
        String tls =
                """
                certfile %1$s/server.pem
                keyfile %1$s/server.key
                tls_version tlsv1.3
                """
                        .formatted(folder);
        return "user "
                + System.getProperty("user.name")
                + "\npersistence false\nlog_dest stderr\nlog_type error\n"
                + "allow_anonymous false\n"
                // The default drops what a slow subscriber has not read; here all is counted.
                + "max_queued_messages 0\n"
                + "acl_file %1$s/acl\npassword_file %1$s/passwords\n".formatted(folder)
                + "listener %d 127.0.0.1\n".formatted(ports[0])
                + tls
                + "cafile %s/ca.pem\nrequire_certificate true\n".formatted(folder)
                + "use_identity_as_username true\n"
                + "listener %d 127.0.0.1\n".formatted(ports[1])
                + tls;
    }

    private void passwords(Path folder) throws IOException, BenchException {
        var command =
                new ProcessBuilder(
                        tool("mosquitto_passwd"),
                        "-b",
                        "-c",
                        folder.resolve("passwords").toString(),
                        "somebody",
                        "only-here-to-be-missed");
        Process process = workspace.start(command, "mosquitto.log");
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new BenchException(
                        "mosquitto_passwd failed: " + workspace.tail("mosquitto.log"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } finally {
            workspace.stop(process);
        }
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    /** Debian puts daemons where an ordinary user's PATH does not look. */
    private static String tool(String name) throws BenchException {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        Optional<Path> found =
                Stream.of(path.split(":", -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::isExecutable)
                        .findFirst();
        return found.map(Path::toString)
                .orElseThrow(() -> new BenchException("there is no " + name + ": " + PACKAGE));
    }
}
