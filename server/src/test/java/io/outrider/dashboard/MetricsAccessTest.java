package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may read /metrics, over real TLS. */
@Timeout(120)
class MetricsAccessTest {
    @TempDir Path directory;
    private TestDashboard it;

    @BeforeEach
    void start() throws Exception {
        it = new TestDashboard(directory);
    }

    @AfterEach
    void stop() throws Exception {
        it.close();
    }

    @Test
    void without_a_token_a_wrong_one_or_none_made_nobody_reads() throws Exception {
        String wrong = "A".repeat(43);
        assertRefused(it.get("/metrics"));
        assertRefused(asked("Bearer " + wrong));

        String token = it.accounts.newMetricsToken();

        assertRefused(it.get("/metrics"));
        for (String header :
                List.of(
                        "Bearer " + wrong,
                        "Bearer " + token.substring(0, 42),
                        "Bearer " + token + "A",
                        "Bearer",
                        "Bearer  ",
                        "Basic " + token,
                        token,
                        "Bearer " + token + " " + token)) {
            assertRefused(asked(header));
        }
    }

    @Test
    void the_token_opens_the_metrics() throws Exception {
        String token = it.accounts.newMetricsToken();

        HttpResponse<String> answer = asked("bearer " + token);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("up 1\n");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void the_token_opens_nothing_else() throws Exception {
        String token = it.accounts.newMetricsToken();

        for (String path :
                List.of("/api/vehicles", "/api/live", "/api/vehicles/acme/truck-1/track")) {
            assertThat(asked(path, "Bearer " + token).statusCode()).as(path).isEqualTo(401);
            assertThat(it.get(path, Cookies.SESSION + "=" + token).statusCode()).isEqualTo(401);
        }
        assertThat(it.get("/metrics?token=" + token).statusCode()).isEqualTo(401);
    }

    @Test
    void a_new_token_ends_the_old_one_and_a_removed_one_is_worth_nothing() throws Exception {
        String first = it.accounts.newMetricsToken();
        String second = it.accounts.newMetricsToken();

        assertRefused(asked("Bearer " + first));
        assertThat(asked("Bearer " + second).statusCode()).isEqualTo(200);

        it.accounts.removeMetricsToken();
        assertRefused(asked("Bearer " + second));
    }

    @Test
    void a_signed_in_administrator_may_read_and_not_after_signing_out() throws Exception {
        String session = it.setUp();

        assertThat(it.get("/metrics", session).statusCode()).isEqualTo(200);
        assertThat(it.post("/api/logout", "", session).statusCode()).isEqualTo(204);
        assertThat(it.get("/metrics", session).statusCode()).isEqualTo(401);
    }

    @Test
    void guesses_are_slowed_down_and_neither_the_scraper_nor_the_sign_in_pays_for_them()
            throws Exception {
        it.setUp();
        String token = it.accounts.newMetricsToken();
        int refused = 0;
        HttpResponse<String> last = asked("Bearer " + "A".repeat(43));
        for (; last.statusCode() == 401 && refused < 100; refused++) {
            last = asked("Bearer " + "A".repeat(43));
        }

        assertThat(refused).isBetween(10, 30);
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValue("Retry-After")).isPresent();
        assertThat(asked("Bearer " + token).statusCode()).isEqualTo(200);
        assertThat(it.logIn("admin", TestDashboard.PASSWORD).statusCode()).isEqualTo(200);
        it.clock.advance(Duration.ofHours(2));
        assertRefused(asked("Bearer " + "A".repeat(43)));
    }

    @Test
    void asking_without_a_token_is_no_guess() throws Exception {
        for (int i = 0; i < 60; i++) {
            assertThat(it.get("/metrics").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void the_file_does_not_have_the_token() throws Exception {
        String token = it.accounts.newMetricsToken();

        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(
                                new String(
                                        Files.readAllBytes(file),
                                        java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(token);
            }
        }
    }

    private HttpResponse<String> asked(String authorization) throws Exception {
        return asked("/metrics", authorization);
    }

    private HttpResponse<String> asked(String path, String authorization) throws Exception {
        return it.client.send(
                it.request(path).header("Authorization", authorization).build(),
                BodyHandlers.ofString());
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("token-required").doesNotContain("up 1");
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer realm=\"metrics\"");
    }
}
