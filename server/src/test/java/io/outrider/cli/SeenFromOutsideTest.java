package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.cli.ServerProcess.Ran;
import io.outrider.tracker.SimulatedVehicle;
import io.outrider.watch.PrometheusText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events and metrics of a real server, with a tracker that enrols and reports. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SeenFromOutsideTest {
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** Not behind hours and minutes: 12:00:10.315 is a time, and no longitude. */
    private static final String NO_CLOCK = "(?<!\\d\\d:)";

    @TempDir Path folder;
    private final List<Process> processes = new ArrayList<>();
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
    }

    @AfterEach
    void stop() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
        server.close();
    }

    @Test
    void no_output_has_a_secret_or_a_position_in_it() throws Exception {
        String enrolment =
                ControlServer.JSON
                        .readTree(server.run("fleet", "add", "acme.truck-1", "--json"))
                        .path("token")
                        .asString();
        Path state = folder.resolve("state");
        assertThat(Ran.command("tracker", "enrol", enrolment, "--state", state.toString()).status())
                .isZero();
        String token = server.run("metrics", "token").strip();
        Process follower = events(folder.resolve("followed.json"), "--follow", "--json");

        report(state);
        knockWithAPassword("correct-horse-battery");
        await().atMost(WAIT).until(() -> seen("connected"));

        HttpResponse<String> metrics = metrics(token);
        assertThat(metrics.statusCode()).isEqualTo(200);
        var read = PrometheusText.parse(metrics.body());
        assertThat(read.value("outrider_positions_total{outcome=\"accepted\"}")).isPositive();
        assertThat(
                        read.value(
                                "outrider_certificate_expiry_timestamp_seconds"
                                        + "{certificate=\"server\"}"))
                .isGreaterThan((double) Instant.now().getEpochSecond());
        assertThat(read.value("outrider_clients_reaching_trackers")).isZero();
        assertThat(read.value("outrider_trackers{state=\"active\"}")).isEqualTo(1);
        follower.destroy();
        String everything =
                metrics.body()
                        + server.log()
                        + Files.readString(folder.resolve("followed.json"))
                        + server.run("events")
                        + server.run("events", "--json");
        JsonPosition position = position();
        assertThat(everything)
                .doesNotContain(token, enrolment, "correct-horse-battery")
                .doesNotContain(Files.readString(server.data().resolve("passphrase")).strip())
                .doesNotContainPattern(NO_CLOCK + Pattern.quote(position.latitude()))
                .doesNotContainPattern(NO_CLOCK + Pattern.quote(position.longitude()));
        assertThat(metrics.body()).doesNotContain("truck-1", "acme", "127.0.0.1", "o1/");
    }

    @Test
    void events_show_what_happened_and_follow_what_happens_until_the_server_stops()
            throws Exception {
        Path text = folder.resolve("followed.txt");
        Process follower = events(text, "--follow", "--kind", "connected,disconnected");
        Path state = folder.resolve("state");
        server.enrol("acme.truck-2", state);

        report(state);
        await().atMost(WAIT).until(() -> Files.readString(text).contains("acme.truck-2"));

        assertThat(server.run("events", "--kind", "connected"))
                .contains("acme.truck-2 connected from 127.0.0.1");
        assertThat(server.stop(Duration.ofSeconds(20))).isTrue();
        assertThat(follower.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(follower.exitValue()).isZero();
        assertThat(Files.readString(text))
                .contains("acme.truck-2 connected", "the server has stopped")
                .doesNotContain("published", "\tat ");
    }

    @Test
    void a_follower_ends_at_sigint_without_a_word_and_gives_its_place_back() throws Exception {
        for (int i = 0; i <= WatchOperations.FOLLOWERS_MAX; i++) {
            Path out = folder.resolve("out-" + i);
            Process follower = events(out, "--follow");
            await().atMost(WAIT).until(() -> Files.exists(out) && isFollowing(follower));
            new ProcessBuilder("kill", "-INT", Long.toString(follower.pid())).start().waitFor();
            assertThat(follower.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(out)).isEmpty();
        }
    }

    @Test
    void in_json_every_line_of_the_log_is_an_object_and_tells_who_came() throws Exception {
        Path state = folder.resolve("state");
        server.enrol("acme.truck-3", state);
        Files.writeString(
                server.data().resolve("outrider.yaml"),
                "log: {format: json}\n",
                StandardOpenOption.APPEND);
        server.kill(); // or it may write one more line in its old form
        int before = server.log().length();
        server.restart();

        report(state);

        await().atMost(WAIT).until(() -> server.log().contains("\"event\":\"connected\""));
        List<String> logged =
                server.log()
                        .substring(before)
                        .lines()
                        .filter(line -> line.matches("\\{.*|[0-9]{4}-.*")) // not the greeting
                        .toList();
        assertThat(logged).isNotEmpty();
        for (String line : logged) {
            JsonNode object = ControlServer.JSON.readTree(line);
            assertThat(object.path("time").asString("")).endsWith("Z");
            assertThat(object.path("message").asString("")).isNotEmpty();
        }
        assertThat(logged)
                .anySatisfy(line ->
                        assertThat(line)
                                .contains("\"who\":\"acme.truck-3\"", "\"address\":\"127.0.0.1\""));
    }

    @Test
    void what_cannot_be_is_told() {
        Ran kind = Ran.command("events", "--kind", "nonsense", "--data", server.data().toString());
        assertThat(kind.status()).isEqualTo(2);
        assertThat(kind.errors()).contains("'nonsense' is none of handshake-failed, refused");

        server.close();
        Ran none = Ran.command("events", "--data", server.data().toString());
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.errors()).contains("no server runs in");
    }

    @Test
    void the_token_can_be_made_while_no_server_runs() throws Exception {
        server.close();
        String token = server.run("metrics", "token").strip();
        server.restart();

        assertThat(metrics(token).statusCode()).isEqualTo(200);
        assertThat(server.run("metrics", "token", "--remove")).contains("No token");
        assertThat(metrics(token).statusCode()).isEqualTo(401);
    }

    private boolean seen(String kind) {
        return !server.run("events", "--json", "--kind", kind).isEmpty();
    }

    /** A tracker's run with a position every second. */
    private void report(Path state) throws Exception {
        Process tracker =
                ServerProcess.outrider("tracker", "run", "--state", state.toString(), "--nmea", "-")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("tracker.out").toFile())
                        .start();
        processes.add(tracker);
        var vehicle = SimulatedVehicle.at(3, Instant.now(), Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            tracker.getOutputStream().write(vehicle.next().getBytes(StandardCharsets.US_ASCII));
            tracker.getOutputStream().flush();
        }
        await().atMost(WAIT).until(() -> accepted() > 0);
    }

    private int accepted() {
        return server.status().path("positions").path("accepted").asInt(0);
    }

    private record JsonPosition(String latitude, String longitude) {}

    /** To a thousandth of a degree, as it would be written. */
    private JsonPosition position() {
        var place =
                ControlServer.JSON
                        .readTree(server.run("positions", "acme.truck-1", "--format", "geojson"))
                        .path("features")
                        .get(0)
                        .path("geometry")
                        .path("coordinates");
        return new JsonPosition(
                place.get(1).asString().substring(0, 6), place.get(0).asString().substring(0, 5));
    }

    /** A stranger without a certificate, who says a password at once. */
    private void knockWithAPassword(String password) throws Exception {
        byte[] word = password.getBytes(StandardCharsets.US_ASCII);
        var connect = new java.io.ByteArrayOutputStream();
        connect.writeBytes(new byte[] {0x10, (byte) (16 + 2 + word.length)});
        connect.writeBytes(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, (byte) 0xC2, 0, 60});
        connect.writeBytes(new byte[] {0, 1, 'x', 0, 1, 'u', 0, (byte) word.length});
        connect.writeBytes(word);
        try (var socket =
                (SSLSocket)
                        tls().getSocketFactory()
                                .createSocket("localhost", server.port("trackers"))) {
            socket.getOutputStream().write(connect.toByteArray());
            socket.getOutputStream().flush();
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isNegative();
        } catch (IOException e) {
            assertThat(e).hasMessageNotContaining(password); // it is hung up on, in some way
        }
    }

    private HttpResponse<String> metrics(String token) throws Exception {
        try (var client = HttpClient.newBuilder().sslContext(tls()).build()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "https://localhost:" + server.port("map") + "/metrics"))
                            .header("Authorization", "Bearer " + token)
                            .timeout(WAIT)
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private SSLContext tls() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(caFile())) {
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + store.size(), certificate);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private Path caFile() throws IOException {
        try (Stream<Path> files = Files.walk(server.data())) {
            return files.filter(it -> it.endsWith("ca.pem")).findFirst().orElseThrow();
        }
    }

    private Process events(Path out, String... options) throws IOException {
        var arguments = new ArrayList<String>(List.of("events"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--data", server.data().toString()));
        ProcessBuilder builder = ServerProcess.outrider(arguments.toArray(String[]::new));
        // As in a terminal: where tests run in the background, SIGINT is ignored, and inherited so.
        builder.command().addAll(0, List.of("env", "--default-signal=INT"));
        Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        processes.add(process);
        return process;
    }

    /** It has its connection when it holds a socket. */
    private static boolean isFollowing(Process process) throws IOException {
        try (Stream<Path> files =
                Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return files.anyMatch(SeenFromOutsideTest::isSocket);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
