package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the command line has given works with the Mosquitto tools as it was printed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClientToolsTest {
    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void serve() throws Exception {
        assertThat(Path.of("/usr/bin/mosquitto_sub"))
                .as("apt-get install mosquitto-clients")
                .isExecutable();
        server =
                ServerProcess.start(
                        folder,
                        "mqtt-credentials: {address: 127.0.0.1, port: %d}%n"
                                .formatted(FreePorts.find(1).getFirst()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_certificate_a_password_and_a_token_each_hear_what_was_granted() throws Exception {
        JsonNode speaker = add("speaker", "--may-publish", "site/+");
        JsonNode byCertificate = add("by-cert", "--may-subscribe", "site/#");
        JsonNode byPassword =
                add("by-word", "--may-subscribe", "site/#", "--method", "password,token");
        String token =
                server.run(
                                "token",
                                "issue",
                                "by-word",
                                "--for",
                                "1h",
                                "--scope",
                                "subscribe:site/a")
                        .strip();
        Process one = listen("one", line(byCertificate), "");
        Process two = listen("two", line(byPassword), byPassword.path("password").asString());
        Process three =
                listen(
                        "three",
                        line(byPassword)
                                .replace("-i by-word", "-i by-word.token")
                                .replace("site/#", "site/a"),
                        token);

        String published = "";
        for (int i = 0; i < 60 && (one.isAlive() || two.isAlive() || three.isAlive()); i++) {
            published += shell(line(speaker).replace("-t site/x", "-t site/a") + " -d -q 1", "");
            Thread.sleep(500);
        }

        assertThat(published).contains("RC:0");
        for (String name : List.of("one", "two", "three")) {
            assertThat(Files.readString(folder.resolve(name))).as(name).contains("site/a hello");
        }
        assertThat(server.keeps(token)).isFalse();
    }

    @Test
    void what_was_not_granted_is_refused_with_its_code() throws Exception {
        JsonNode speaker = add("narrow", "--may-publish", "site/+");
        JsonNode listener =
                add("scoped", "--may-subscribe", "site/#", "--method", "password,token");
        String token =
                server.run("token", "issue", "scoped", "--for", "1h", "--scope", "subscribe:site/a")
                        .strip();

        String elsewhere = line(speaker).replace("-t site/x", "-t other") + " -d -q 1";
        String otherName = line(speaker).replace("-i narrow", "-i scoped") + " -d -q 1";
        String beyondScope = line(listener).replace("site/#", "site/b") + " -d -W 25";

        assertThat(shell(elsewhere, "")).contains("RC:135");
        assertThat(shell(otherName, "")).contains("CONNACK (133)");
        assertThat(shell(beyondScope, token)).contains("Subscribed (mid: 1): 135");
        assertThat(shell(line(listener) + " -d -W 25", "wrong")).contains("CONNACK (134)");
    }

    private static JsonNode add(String name, String... options) {
        var command =
                new java.util.ArrayList<>(
                        List.of("client", "add", name, "--json", "--out", folder + "/files"));
        command.addAll(List.of(options));
        return ControlServer.JSON.readTree(server.run(command.toArray(String[]::new)));
    }

    private static String line(JsonNode added) {
        return added.path("try").asString();
    }

    private static Process listen(String name, String line, String password) throws IOException {
        return builder(line + " -C 1 -W 60", password)
                .redirectOutput(folder.resolve(name).toFile())
                .start();
    }

    private static String shell(String line, String password) throws Exception {
        Path output = folder.resolve("shell-" + Instant.now().toEpochMilli());
        Process process = builder(line, password).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(line).isTrue();
        return Files.readString(output);
    }

    private static ProcessBuilder builder(String line, String password) {
        var builder = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true);
        builder.environment().put("PASSWORD", password);
        return builder;
    }
}
