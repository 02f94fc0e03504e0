package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The listener for old modems, met with Debian's openssl and mosquitto_pub. */
@Timeout(180)
class LegacyListenerTest {
    private static final String OLD_MODEM =
            " -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256 -sigalgs RSA+SHA256";

    @TempDir static Path folder;
    private static ServerProcess server;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        port = FreePorts.find(1).getFirst();
        server =
                ServerProcess.start(
                        folder, "mqtt-legacy: {address: 127.0.0.1, port: %d}%n".formatted(port));
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("truck-1"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void an_old_modem_sees_rsa_throughout_under_a_root_of_its_own() throws Exception {
        String handshake = handshake(OLD_MODEM);

        assertThat(handshake)
                .contains("Cipher is ECDHE-RSA-AES128-GCM-SHA256", "Verify return code: 0 (ok)")
                .contains("Peer signature type: RSA", "Server public key is 2048 bit");
    }

    @Test
    void newer_tls_and_older_ciphers_are_refused_there() throws Exception {
        assertThat(handshake(OLD_MODEM)).as("the probe").contains("Cipher is ECDHE-RSA-AES128-GCM");
        for (String other :
                new String[] {
                    " -tls1_3",
                    " -tls1_1 -cipher ALL:@SECLEVEL=0",
                    " -tls1_2 -cipher AES128-GCM-SHA256",
                    " -tls1_2 -cipher ECDHE-RSA-AES128-SHA256:@SECLEVEL=0",
                    " -tls1_2 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0"
                }) {
            assertThat(handshake(other)).as(other).contains("Cipher is (NONE)");
        }
    }

    @Test
    void a_report_that_is_not_sealed_is_not_taken_there_either() throws Exception {
        String published =
                publish(
                        "acme.truck-1",
                        folder.resolve("truck-1/identity.pem"),
                        folder.resolve("truck-1/identity.key"),
                        "o1/acme/truck-1/report");

        assertThat(published).contains("CONNACK (0)").containsPattern("RC:1[0-9]{2}");
        JsonNode status = server.status();
        assertThat(status.path("positions").path("accepted").asLong()).isZero();
        assertThat(status.path("refused").size()).isPositive();
    }

    @Test
    void a_client_with_an_rsa_key_comes_in_there() throws Exception {
        Path files = folder.resolve("files");
        server.run("client", "add", "modem", "--may-publish", "site/+", "--out", files.toString());
        Path key = files.resolve("rsa.key");
        String request =
                shell(
                        "openssl req -new -newkey rsa:2048 -nodes -sha256 -subj /CN=modem -keyout "
                                + key);
        var renew =
                new Operations.Request(
                        "client renew",
                        java.util.Map.of(
                                "client", "modem", "request", request.substring(begin(request))));
        Path certificate = files.resolve("rsa.crt");
        var control = ControlClient.find(server.data().resolve("control.sock")).orElseThrow();
        control.perform(renew, row -> write(certificate, row));

        assertThat(publish("modem", certificate, key, "site/a"))
                .contains("CONNACK (0)")
                .contains("RC:");
    }

    private static int begin(String request) {
        return request.indexOf("-----BEGIN CERTIFICATE REQUEST");
    }

    private static void write(Path file, JsonNode row) {
        try {
            Files.writeString(file, row.path("certificate").asString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void every_report_marks_that_it_is_there() throws Exception {
        assertThat(server.status().path("legacy").asString())
                .contains("mqtt-legacy", Integer.toString(port), "TLS 1.2");
        server.run("client", "add", "desk", "--out", folder.resolve("desk").toString());
        for (String report :
                new String[] {
                    "status",
                    "fleet list",
                    "fleet show acme.truck-1",
                    "client list",
                    "client show desk",
                    "policy show",
                    "policy show desk"
                }) {
            String asJson = report + " --json";
            assertThat(server.run(report.split(" ", -1))).as(report).contains("mqtt-legacy");
            assertThat(server.run(asJson.split(" ", -1))).as(asJson).contains("mqtt-legacy");
        }
        assertThat(server.log()).contains("Warning: mqtt-legacy");
    }

    private static String handshake(String options) throws Exception {
        return shell(
                "echo | openssl s_client -connect 127.0.0.1:%d -CAfile %s -cert %s -key %s%s"
                        .formatted(
                                port,
                                server.data().resolve("legacy-ca.pem"),
                                folder.resolve("truck-1/identity.pem"),
                                folder.resolve("truck-1/identity.key"),
                                options));
    }

    private static String publish(String id, Path certificate, Path key, String topic)
            throws Exception {
        return shell(
                "mosquitto_pub -d -V 5 -q 1 -h localhost -p %d --cafile %s --cert %s --key %s"
                                .formatted(
                                        port,
                                        server.data().resolve("legacy-ca.pem"),
                                        certificate,
                                        key)
                        + " -i %s -t %s -m {}".formatted(id, topic));
    }

    private static String shell(String line) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "shell", ".txt");
        Process process =
                new ProcessBuilder("sh", "-c", line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(line).isTrue();
        return Files.readString(output);
    }
}
