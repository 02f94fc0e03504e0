package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, over real TLS. */
@Timeout(120)
class DashboardAccessTest {
    private static final List<String> GUARDED =
            List.of("/api/vehicles", "/api/live", "/api/vehicles/acme/truck-1/track");

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
    void every_address_that_shows_something_is_refused_without_a_session() throws Exception {
        it.setUp();
        String forged = Cookies.SESSION + "=" + "A".repeat(43);

        for (String path : GUARDED) {
            assertThat(it.get(path).statusCode()).as(path).isEqualTo(401);
            assertThat(it.get(path, forged).statusCode()).as(path).isEqualTo(401);
            assertThat(it.get(path, forged).body()).contains("sign-in-required");
        }
        assertThat(it.post("/api/logout", "").statusCode()).isEqualTo(401);
    }

    @Test
    void a_head_request_is_no_way_round() throws Exception {
        for (String path : GUARDED) {
            var response =
                    it.client.send(
                            it.request(path).method("HEAD", BodyPublishers.noBody()).build(),
                            BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path).isIn(401, 404);
        }
    }

    @Test
    void an_unknown_address_is_answered_in_json_and_tells_nothing() throws Exception {
        for (String path : List.of("/api/none", "/assets/../index.html", "/admin", "/assets/x")) {
            HttpResponse<String> response = it.get(path);
            assertThat(response.statusCode()).as(path).isIn(400, 404);
            assertThat(response.body()).doesNotContain("Jetty", "Javalin", "Exception");
            assertStrict(response);
        }
        assertThat(it.get("/api/none").body())
                .isEqualTo(
                        """
                        {"error":"not-found","message":"There is nothing at this address."}\
                        """);
    }

    @Test
    void the_set_up_link_makes_one_administrator_and_is_then_spent() throws Exception {
        String token = it.accounts.newSetUpToken();
        String body =
                "{\"token\":\"%s\",\"user\":\"Chief\",\"password\":\"%s\"}"
                        .formatted(token, TestDashboard.PASSWORD);

        HttpResponse<String> first = it.post("/api/setup", body);
        HttpResponse<String> second = it.post("/api/setup", body);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo("{\"user\":\"chief\",\"setUpPending\":false}");
        assertThat(second.statusCode()).isEqualTo(403);
        assertThat(second.body()).contains("link-void");
        assertThat(it.logIn("chief", TestDashboard.PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void the_set_up_link_expires_and_a_newer_one_voids_it() throws Exception {
        String template = "{\"token\":\"%s\",\"user\":\"a\",\"password\":\"twelve chars!\"}";
        String replaced = it.accounts.newSetUpToken();
        String expired = it.accounts.newSetUpToken();

        assertThat(it.post("/api/setup", template.formatted(replaced)).statusCode()).isEqualTo(403);
        it.clock.advance(Limits.SET_UP_LINK_LIFE);
        assertThat(it.post("/api/setup", template.formatted(expired)).statusCode()).isEqualTo(403);
        assertThat(it.post("/api/setup", template.formatted("guess")).statusCode()).isEqualTo(403);
        assertThat(it.accounts.isEmpty()).isTrue();
    }

    @Test
    void a_password_is_refused_on_both_sides_of_its_limits_and_the_link_stays_good()
            throws Exception {
        String token = it.accounts.newSetUpToken();
        String template = "{\"token\":\"" + token + "\",\"user\":\"a\",\"password\":\"%s\"}";

        assertThat(it.post("/api/setup", template.formatted("x".repeat(11))).statusCode())
                .isEqualTo(400);
        assertThat(it.post("/api/setup", template.formatted("x".repeat(129))).statusCode())
                .isEqualTo(400);
        assertThat(it.post("/api/setup", template.formatted("x".repeat(128))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void no_password_and_no_token_is_in_the_file() throws Exception {
        String session = it.setUp();

        it.logIn("admin", TestDashboard.PASSWORD);

        String value = session.substring(session.indexOf('=') + 1);
        for (String name : List.of("accounts.db", "accounts.db-wal")) {
            String file = Files.readString(directory.resolve(name), StandardCharsets.ISO_8859_1);
            assertThat(file).doesNotContain(TestDashboard.PASSWORD).doesNotContain(value);
        }
        assertThat(it.accounts.byName("admin").orElseThrow().passwordHash())
                .startsWith("$argon2id$v=19$");
    }

    @Test
    void an_unknown_user_and_a_wrong_password_get_one_answer() throws Exception {
        it.setUp();

        HttpResponse<String> unknown = it.logIn("nobody", "not the password");
        HttpResponse<String> wrong = it.logIn("admin", "not the password");

        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
        assertThat(unknown.headers().allValues("Set-Cookie")).isEmpty();
    }

    @Test
    void guessing_is_slowed_down_and_the_right_password_waits_as_well() throws Exception {
        it.setUp();
        for (int i = 0; i < 5; i++) {
            assertThat(it.logIn("admin", "guess number " + i).statusCode()).isEqualTo(401);
        }

        HttpResponse<String> closed = it.logIn("admin", TestDashboard.PASSWORD);
        it.clock.advance(Duration.ofSeconds(2));
        HttpResponse<String> open = it.logIn("admin", TestDashboard.PASSWORD);

        assertThat(closed.statusCode()).isEqualTo(429);
        assertThat(closed.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(open.statusCode()).isEqualTo(200);
    }

    @Test
    void a_stranger_who_guesses_does_not_slow_down_a_browser_that_was_here_before()
            throws Exception {
        it.setUp();
        String device =
                TestDashboard.cookie(it.logIn("admin", TestDashboard.PASSWORD), Cookies.DEVICE);
        for (int i = 0; i < 8; i++) {
            it.logIn("admin", "guess number " + i);
        }

        assertThat(it.logIn("admin", TestDashboard.PASSWORD).statusCode()).isEqualTo(429);
        assertThat(it.logIn("admin", TestDashboard.PASSWORD, device).statusCode()).isEqualTo(200);
    }

    @Test
    void the_cookies_are_for_this_host_tls_and_no_script() throws Exception {
        it.setUp();

        List<String> cookies =
                it.logIn("admin", TestDashboard.PASSWORD).headers().allValues("Set-Cookie");

        assertThat(cookies).hasSize(2);
        assertThat(cookies)
                .allSatisfy(cookie ->
                        assertThat(cookie)
                                .startsWith("__Host-")
                                .contains("; Path=/")
                                .contains("; Secure")
                                .contains("; HttpOnly")
                                .contains("; SameSite=Strict")
                                .doesNotContain("Domain"));
    }

    @Test
    void a_session_ends_by_sign_out_by_idleness_and_by_age() throws Exception {
        String signedOut = it.setUp();
        String idle = cookieOfNewSession();
        String used = cookieOfNewSession();

        assertThat(it.post("/api/logout", "", signedOut).statusCode()).isEqualTo(204);
        assertThat(it.get("/api/vehicles", signedOut).statusCode()).isEqualTo(401);
        for (int i = 0; i < 13; i++) {
            assertThat(it.get("/api/vehicles", used).statusCode()).isEqualTo(200);
            it.clock.advance(Limits.SESSION_IDLE_MAX.minusSeconds(1));
        }
        assertThat(it.get("/api/vehicles", idle).statusCode()).isEqualTo(401);
        assertThat(it.get("/api/vehicles", used).statusCode()).isEqualTo(200);
        it.clock.advance(Limits.SESSION_IDLE_MAX.minusSeconds(1));
        assertThat(it.get("/api/vehicles", used).statusCode()).isEqualTo(200);
        it.clock.advance(Duration.ofSeconds(14)); // seven days after it began
        assertThat(it.get("/api/vehicles", used).statusCode()).isEqualTo(401);
    }

    @Test
    void another_site_cannot_act_in_a_signed_in_browser() throws Exception {
        String session = it.setUp();
        for (String origin : List.of("https://evil.example", "null", "http://localhost")) {
            var request =
                    it.request("/api/logout")
                            .header("Origin", origin)
                            .header("Cookie", session)
                            .POST(BodyPublishers.noBody());
            assertThat(it.client.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .as(origin)
                    .isEqualTo(403);
        }
        var withoutOrigin =
                it.request("/api/logout").header("Cookie", session).POST(BodyPublishers.noBody());
        var crossSite =
                it.request("/api/logout")
                        .header("Cookie", session)
                        .header("Origin", it.origin())
                        .header("Sec-Fetch-Site", "same-site")
                        .POST(BodyPublishers.noBody());

        assertThat(it.client.send(withoutOrigin.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
        assertThat(it.client.send(crossSite.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
        assertThat(it.get("/api/vehicles", session).statusCode()).isEqualTo(200);
    }

    @Test
    void what_is_no_form_is_refused() throws Exception {
        for (String body :
                List.of("", "[]", "{\"user\":1}", "{\"user\":\"a\"", "{\"user\":\"a\"}", "null")) {
            assertThat(it.post("/api/login", body).statusCode()).as(body).isEqualTo(400);
        }
        String long4k = "{\"user\":\"" + "a".repeat(Limits.BODY_BYTES_MAX) + "\"}";
        assertThat(it.post("/api/login", long4k).statusCode()).isIn(400, 413);
    }

    @Test
    void every_answer_has_the_strict_headers() throws Exception {
        String session = it.setUp();

        for (String path : List.of("/", "/setup", "/api/session", "/api/vehicles", "/api/none")) {
            assertStrict(it.get(path, session));
            assertThat(it.get(path, session).headers().firstValue("Cache-Control"))
                    .as(path)
                    .hasValue("no-store");
        }
        var byAddress =
                it.client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "https://127.0.0.1:" + it.dashboard.port() + "/"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(byAddress.headers().firstValue("Strict-Transport-Security"))
                .hasValue("max-age=31536000");
    }

    @Test
    void a_file_whose_name_has_its_hash_may_be_kept_and_comes_compressed() throws Exception {
        String page = it.get("/").body();
        String asset = page.substring(page.indexOf("/assets/index-"));
        asset = asset.substring(0, asset.indexOf('"'));

        var plain = it.get(asset);
        var packed =
                it.client.send(
                        it.request(asset).header("Accept-Encoding", "gzip").build(),
                        BodyHandlers.ofByteArray());

        assertThat(plain.headers().firstValue("Cache-Control"))
                .hasValue("public, max-age=31536000, immutable");
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.body().length).isLessThan(plain.body().length() / 2);
        assertStrict(plain);
    }

    @Test
    void nothing_below_tls_1_2_and_nothing_in_the_clear() throws Exception {
        var context = it.keys.client();
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            assertThat(handshake(context, protocol)).contains("GCM");
        }
        assertThatThrownBy(() -> handshake(context, "TLSv1.1")).isInstanceOf(Exception.class);

        try (var plain = new Socket(InetAddress.getLoopbackAddress(), it.dashboard.port())) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = plain.getInputStream().readAllBytes();
            assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1 200");
        }
    }

    @Test
    void a_new_certificate_is_used_for_the_next_connection() throws Exception {
        TestKeys second = TestKeys.create("second");

        it.dashboard.replaceKeys(second.store(), TestKeys.PASSWORD);

        assertThat(handshake(second.client(), "TLSv1.3")).contains("GCM");
        assertThatThrownBy(() -> handshake(it.keys.client(), "TLSv1.3"))
                .isInstanceOf(SSLException.class);
    }

    private String handshake(SSLContext context, String protocol) throws Exception {
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory().createSocket("localhost", it.dashboard.port())) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.startHandshake();
            return socket.getSession().getCipherSuite();
        }
    }

    private String cookieOfNewSession() throws Exception {
        return TestDashboard.cookie(it.logIn("admin", TestDashboard.PASSWORD), Cookies.SESSION);
    }

    private static void assertStrict(HttpResponse<?> response) {
        var headers = response.headers();
        assertThat(headers.firstValue("Content-Security-Policy"))
                .hasValue(
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                                + " connect-src 'self'; worker-src 'self'; manifest-src 'self';"
                                + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).hasValue("same-origin");
        assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).hasValue("same-origin");
        assertThat(headers.firstValue("Permissions-Policy")).isPresent();
        assertThat(headers.firstValue("Server")).isEmpty();
        assertThat(headers.firstValue("X-Powered-By")).isEmpty();
    }
}
