package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import io.outrider.gate.TestAuthority.Credential;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What web tools do, with the client that most of them are made of: MQTT.js, run by Node. */
@Timeout(120)
class MqttJsTest {
    @TempDir static Path directory;
    private static TestBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                TestBroker.startedForBrowsers(
                        directory, TestBroker.LIMITS, Set.of("https://tools.example"));
        broker.authority.writePem(directory.resolve("ca.pem"));
        Credential credential =
                broker.enrolClient(
                        "tool",
                        1,
                        TestBroker.mayPublish("tools/#"),
                        TestBroker.maySubscribe("tools/#"));
        credential.writePem(directory, "tool");
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"mqtts, mqtt, 5", "mqtts, mqtt, 4", "wss, web, 5", "wss, web, 4"})
    void publishes_and_hears_over_each_road_in_each_version(
            String scheme, String listener, String version) throws Exception {
        Path output = Files.createTempFile(directory, "node", ".txt");
        String url = scheme + "://localhost:" + broker.broker().port(listener) + "/mqtt";
        Process node =
                new ProcessBuilder(
                                "node",
                                "mqtt/talk.mjs",
                                "--url=" + url,
                                "--version=" + version,
                                "--name=tool",
                                "--ca=" + directory.resolve("ca.pem"),
                                "--cert=" + directory.resolve("tool.crt"),
                                "--key=" + directory.resolve("tool.key"))
                        .directory(Checkout.root().resolve("server/src/main/web").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!node.waitFor(60, TimeUnit.SECONDS)) {
            node.destroyForcibly().waitFor();
        }
        assertThat(Files.readString(output)).endsWith("all heard\n");
        assertThat(node.exitValue()).isZero();
    }
}
