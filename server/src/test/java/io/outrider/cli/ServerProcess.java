package io.outrider.cli;

import io.outrider.Checkout;
import io.outrider.watch.PrometheusText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A server in a process of its own, on free ports of loopback, and the commands that an operator
 * gives beside it. Closed, it is gone, whatever it was doing.
 */
final class ServerProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Path data;
    private final Path log;
    private final Consumer<ProcessBuilder> how;
    private Process process;
    private @Nullable String metricsToken;

    private ServerProcess(Path data, Path log, Consumer<ProcessBuilder> how) throws IOException {
        this.data = data;
        this.log = log;
        this.how = how;
        this.process = launch();
    }

    /** Starts a server with a new data directory in this folder, and waits until it serves. */
    static ServerProcess start(Path folder) throws IOException, InterruptedException {
        return start(folder, "");
    }

    /** The same with these lines more in its configuration. */
    static ServerProcess start(Path folder, String configuration)
            throws IOException, InterruptedException {
        return start(folder, folder.resolve("server.log"), configuration);
    }

    /** The same with its log elsewhere, so that there is room for it where there is none else. */
    static ServerProcess start(Path folder, Path log, String configuration)
            throws IOException, InterruptedException {
        return start(folder, log, configuration, _ -> {});
    }

    /**
     * The same in another way.
     *
     * @param how changes the command or its environment before each start
     */
    static ServerProcess start(
            Path folder, Path log, String configuration, Consumer<ProcessBuilder> how)
            throws IOException, InterruptedException {
        Path data =
                Files.createDirectory(
                        folder.resolve("data"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        List<Integer> ports;
        do {
            ports = FreePorts.find(3);
        } while (ports.stream().map(String::valueOf).anyMatch(configuration::contains));
        Files.writeString(
                data.resolve("outrider.yaml"),
                """
                names: [localhost, 127.0.0.1]
                mqtt: {address: 127.0.0.1, port: %d}
                enrolment: {address: 127.0.0.1, port: %d}
                dashboard: {address: 127.0.0.1, port: %d}
                """
                                .formatted(ports.get(0), ports.get(1), ports.get(2))
                        + configuration);
        var server = new ServerProcess(data, log, how);
        server.awaitServing();
        return server;
    }

    /** Starts again where the last one left off. */
    void restart() throws IOException, InterruptedException {
        kill();
        process = launch();
        awaitServing();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; how long it took to go, within the limit. */
    boolean stop(Duration limit) throws InterruptedException {
        process.destroy();
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    Path data() {
        return data;
    }

    long pid() {
        return process.pid();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /**
     * Runs a command of the operator beside the server, and gives what it printed; anything but
     * success fails.
     */
    String run(String... command) {
        Ran ran = ran(command);
        if (ran.status() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + ran.errors());
        }
        return ran.output();
    }

    /** Runs a command beside the server, whatever comes of it. */
    Ran ran(String... command) {
        var arguments = new ArrayList<>(List.of(command));
        arguments.add("--data");
        arguments.add(data.toString());
        return Ran.command(arguments.toArray(String[]::new));
    }

    /** Whether this text stands in the log or in any file of the data directory. */
    boolean keeps(String secret) throws IOException {
        if (log().contains(secret)) {
            return true;
        }
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (content.contains(secret)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** As the server has printed it: trackers, enrolment or map. */
    int port(String name) throws IOException {
        String line =
                log().lines()
                        .filter(it -> it.startsWith("  " + name + " "))
                        .reduce((_, last) -> last)
                        .orElseThrow();
        return URI.create(line.substring(line.indexOf("  ", 4)).strip()).getPort();
    }

    /** Memory of the process that is not swapped out or never touched. */
    long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        String line =
                Files.readAllLines(status).stream()
                        .filter(it -> it.startsWith("VmRSS:"))
                        .findFirst()
                        .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    JsonNode status() {
        return ControlServer.JSON.readTree(run("status", "--json"));
    }

    /** What is wrong, one sentence a line. */
    String alarms() {
        return status().path("alarms")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.joining("\n"));
    }

    /** The page of metrics as a scraper gets it, whose token is made when it is first asked for. */
    String metrics() throws IOException, InterruptedException, GeneralSecurityException {
        if (metricsToken == null) {
            metricsToken = run("metrics", "token").strip();
        }
        var request =
                HttpRequest.newBuilder(URI.create("https://localhost:" + port("map") + "/metrics"))
                        .header("Authorization", "Bearer " + metricsToken)
                        .timeout(Duration.ofSeconds(30))
                        .build();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, EnrolledSocket.trust(data.resolve("ca.pem")).getTrustManagers(), null);
        try (var http = HttpClient.newBuilder().sslContext(context).build()) {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError("no metrics: " + answer.statusCode());
            }
            return answer.body();
        }
    }

    /** One of them, written as on the page. */
    double metric(String series)
            throws IOException, InterruptedException, GeneralSecurityException {
        return PrometheusText.parse(metrics()).value(series);
    }

    /** Adds a tracker and enrols it, its key made in the given state directory. */
    void enrol(String tracker, Path state) {
        String token =
                ControlServer.JSON
                        .readTree(run("fleet", "add", tracker, "--json"))
                        .path("token")
                        .asString();
        Ran ran = Ran.command("tracker", "enrol", token, "--state", state.toString());
        if (ran.status() != 0) {
            throw new AssertionError("enrolling " + tracker + " failed: " + ran.errors());
        }
    }

    @Override
    public void close() {
        process.destroy();
        if (!process.onExit()
                .orTimeout(15, TimeUnit.SECONDS)
                .handle((_, late) -> late == null)
                .join()) {
            process.destroyForcibly().onExit().join();
        }
    }

    /** What a command in this process printed, and its exit status. */
    record Ran(int status, String output, String errors) {
        static Ran command(String... arguments) {
            var out = new StringWriter();
            var err = new StringWriter();
            int status =
                    Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
            return new Ran(status, out.toString(), err.toString());
        }
    }

    /**
     * The command line of a Java process that runs {@code outrider} with this test's class path.
     */
    static ProcessBuilder outrider(String... arguments) {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx512m",
                                // Not that of the tests, which is on this class path, too.
                                "-Dlogback.configurationFile="
                                        + Checkout.root()
                                                .resolve("server/src/main/resources/logback.xml"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.outrider.cli.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private Process launch() throws IOException {
        ProcessBuilder builder =
                outrider("serve", "--data", data.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        how.accept(builder);
        return builder.start();
    }

    private void awaitServing() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(START_MAX);
        while (ControlClient.find(data.resolve("control.sock")).isEmpty()
                || !log().contains("  and say so in ")) { // the last line of the first greeting
            if (!process.isAlive() || Instant.now().isAfter(end)) {
                throw new AssertionError("the server does not serve:\n" + log());
            }
            Thread.sleep(50);
        }
    }
}
