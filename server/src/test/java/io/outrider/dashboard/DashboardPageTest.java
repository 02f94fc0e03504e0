package io.outrider.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: from the set-up link to vehicles that move. */
@Timeout(300)
class DashboardPageTest {
    private static final int VEHICLES = 25;
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir Path directory;

    @Test
    void a_person_sets_up_signs_in_and_watches_the_fleet() throws Exception {
        assertThat(CHROMIUM)
                .as("the browser test needs Chromium: apt-get install chromium")
                .exists();
        var keys = TestKeys.create("localhost");
        Path ca = Files.writeString(directory.resolve("ca.pem"), keys.pem());
        var fleet = new TestFleet();
        var drive = new TestDrive(fleet, VEHICLES, CLOCK);
        drive.past(CLOCK.instant());
        try (var accounts =
                        Accounts.open(directory.resolve("accounts.db"), CLOCK, new SecureRandom());
                var dashboard =
                        Dashboard.start(
                                new Dashboard.Address("127.0.0.1", 0),
                                keys.store(),
                                TestKeys.PASSWORD,
                                accounts,
                                fleet,
                                fleet,
                                CLOCK);
                var _ = drive.start()) {
            List<String> command =
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
                            String.valueOf(VEHICLES),
                            "--screenshots",
                            new File("target/screenshots").getAbsolutePath());

            assertThat(run(command)).contains("\"listed\":" + VEHICLES);
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
