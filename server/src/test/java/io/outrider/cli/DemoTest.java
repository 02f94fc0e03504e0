package io.outrider.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demo as a newcomer runs it, in a process of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoTest {
    private static final Pattern LINK = Pattern.compile("(https://localhost:\\d+)/setup#(\\S+)");
    private static final Pattern DATA = Pattern.compile("Starting a server in (\\S+) \\.\\.\\.");

    @TempDir Path folder;

    @Test
    void it_ends_by_itself_with_everything_that_was_sent_stored() throws Exception {
        Path out = folder.resolve("out.json");
        Process demo =
                ServerProcess.outrider("demo", "--trackers", "5", "--for", "4s", "--json")
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("err.log").toFile())
                        .start();

        assertThat(demo.waitFor(3, TimeUnit.MINUTES)).isTrue();

        String errors = Files.readString(folder.resolve("err.log"));
        assertThat(demo.exitValue()).as(errors).isZero();
        JsonNode figures = ControlServer.JSON.readTree(Files.readString(out));
        assertThat(figures.path("sent").asLong()).isPositive();
        assertThat(figures.path("acknowledged")).isEqualTo(figures.path("sent"));
        assertThat(figures.path("stored")).isEqualTo(figures.path("sent"));
        assertThat(figures.path("lost").asLong()).isZero();
        assertThat(figures.path("bytesPerPosition").asDouble()).isBetween(5.0, 66.0);
        assertThat(dataDirectory(errors)).as("thrown away").doesNotExist();
    }

    @Test
    void a_person_watches_25_vehicles_move_in_a_real_browser() throws Exception {
        Path log = folder.resolve("demo.log");
        Process demo =
                ServerProcess.outrider("demo", "--trackers", "25")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            Matcher link = awaitLink(demo, log);
            Path data = dataDirectory(Files.readString(log));

            Process browser =
                    new ProcessBuilder(
                                    List.of(
                                            "node",
                                            "browser/check.mjs",
                                            "--url",
                                            link.group(1),
                                            "--set-up",
                                            link.group(2),
                                            "--ca",
                                            data.resolve("ca.pem").toString(),
                                            "--user",
                                            "admin",
                                            "--password",
                                            "correct horse battery",
                                            "--vehicles",
                                            "25",
                                            "--screenshots",
                                            Checkout.root()
                                                    .resolve("server/target/screenshots/demo")
                                                    .toString()))
                            .directory(Checkout.root().resolve("server/src/main/web").toFile())
                            .redirectErrorStream(true)
                            .start();
            String seen = new String(browser.getInputStream().readAllBytes(), UTF_8);
            assertThat(browser.waitFor()).as(seen).isZero();
            assertThat(seen).contains("\"listed\":25");
        } finally {
            demo.destroy();
            if (!demo.waitFor(30, TimeUnit.SECONDS)) {
                demo.destroyForcibly().waitFor();
            }
        }
        assertThat(dataDirectory(Files.readString(log)))
                .as("thrown away on Ctrl-C, too")
                .doesNotExist();
    }

    private static Matcher awaitLink(Process demo, Path log) throws Exception {
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        while (true) {
            String text = Files.readString(log);
            Matcher link = LINK.matcher(text);
            if (link.find()) {
                return link;
            }
            assertThat(demo.isAlive() && Instant.now().isBefore(end)).as(text).isTrue();
            Thread.sleep(100);
        }
    }

    private static Path dataDirectory(String log) {
        Matcher data = DATA.matcher(log);
        assertThat(data.find()).as(log).isTrue();
        return Path.of(data.group(1));
    }
}
