package io.outrider.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: from the set-up link to vehicles that move. */
@Timeout(480)
class DashboardPageTest {
    /** By hand also 10,000: -Ddashboard.vehicles=10000. */
    private static final int VEHICLES = Integer.getInteger("dashboard.vehicles", 25);

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir Path directory;

    @Test
    void a_person_sets_up_signs_in_and_watches_the_fleet() throws Exception {
        var fleet = new TestFleet();
        var drive = new TestDrive(fleet, VEHICLES, CLOCK);
        drive.past(CLOCK.instant(), Duration.ofMinutes(VEHICLES > 1_000 ? 1 : 40));
        try (var _ = drive.start()) {
            assertThat(look(fleet, VEHICLES)).contains("\"listed\":" + VEHICLES);
        }
    }

    @Test
    void without_a_tracker_the_page_says_what_to_do() throws Exception {
        assertThat(look(new TestFleet(), 0)).contains("\"listed\":0");
    }

    private String look(TestFleet fleet, int vehicles) throws Exception {
        assertThat(CHROMIUM)
                .as("the browser test needs Chromium: apt-get install chromium")
                .exists();
        var keys = TestKeys.create("localhost");
        Path ca = Files.writeString(directory.resolve("ca.pem"), keys.pem());
        Path file = directory.resolve("accounts.db");
        try (var accounts = Accounts.open(file, CLOCK, new SecureRandom());
                var dashboard =
                        Dashboard.start(
                                new Dashboard.Address("127.0.0.1", 0),
                                keys.store(),
                                TestKeys.PASSWORD,
                                accounts,
                                fleet,
                                fleet,
                                () -> new MetricsSource.Page("text/plain; charset=utf-8", "up 1\n"),
                                CLOCK)) {
            return run(
                    List.of(
                            "node",
                            "browser/check.mjs",
                            "--url",
                            "https://localhost:" + dashboard.port(),
                            "--ca",
                            ca.toString(),
                            "--set-up",
                            accounts.newSetUpToken(),
                            "--user",
                            "admin",
                            "--password",
                            "correct horse battery",
                            "--vehicles",
                            String.valueOf(vehicles),
                            "--screenshots",
                            new File("target/screenshots").getAbsolutePath()));
        }
    }

    private static String run(List<String> command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(new File("src/main/web"))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
