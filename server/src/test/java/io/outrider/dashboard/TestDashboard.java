package io.outrider.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A dashboard on loopback over real TLS, with a clock to turn and passwords that cost little. */
final class TestDashboard implements AutoCloseable {
    static final String PASSWORD = "correct horse battery";
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(20);

    final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    final TestFleet fleet = new TestFleet();
    final TestKeys keys;
    final Accounts accounts;
    final Dashboard dashboard;
    final HttpClient client;

    TestDashboard(Path directory) throws IOException, GeneralSecurityException, SQLException {
        keys = TestKeys.create("first");
        accounts = Accounts.open(directory.resolve("accounts.db"), clock, new SecureRandom());
        dashboard =
                Dashboard.start(
                        new Dashboard.Address("127.0.0.1", 0),
                        keys.store(),
                        TestKeys.PASSWORD,
                        accounts,
                        new Passwords(new Passwords.Cost(64, 1)),
                        fleet,
                        fleet,
                        () -> new MetricsSource.Page("text/plain; charset=utf-8", "up 1\n"),
                        clock);
        client = HttpClient.newBuilder().sslContext(keys.client()).build();
    }

    String origin() {
        return "https://localhost:" + dashboard.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(origin() + path)).timeout(ANSWER_WAIT);
    }

    HttpResponse<String> get(String path, String... cookies)
            throws IOException, InterruptedException {
        return client.send(with(request(path), cookies).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json, String... cookies)
            throws IOException, InterruptedException {
        return client.send(
                with(request(path), cookies)
                        .header("Origin", origin())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<InputStream> stream(String path, String... cookies)
            throws IOException, InterruptedException {
        return client.send(with(request(path), cookies).build(), BodyHandlers.ofInputStream());
    }

    /** Sets up the administrator through the link. */
    String setUp() throws IOException, InterruptedException, SQLException {
        var response =
                post(
                        "/api/setup",
                        "{\"token\":\"%s\",\"user\":\"admin\",\"password\":\"%s\"}"
                                .formatted(accounts.newSetUpToken(), PASSWORD));
        return cookie(response, Cookies.SESSION);
    }

    HttpResponse<String> logIn(String user, String password, String... cookies)
            throws IOException, InterruptedException {
        return post(
                "/api/login",
                "{\"user\":\"%s\",\"password\":\"%s\"}".formatted(user, password),
                cookies);
    }

    /** As a browser would send it back; fails where the answer sets no such cookie. */
    static String cookie(HttpResponse<?> response, String name) {
        List<String> set = response.headers().allValues("Set-Cookie");
        return set.stream()
                .filter(cookie -> cookie.startsWith(name + "="))
                .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                .findFirst()
                .orElseThrow(() -> new AssertionError(response.statusCode() + " sets " + set));
    }

    @Override
    public void close() throws SQLException {
        client.shutdownNow();
        dashboard.close();
        accounts.close();
    }

    private static HttpRequest.Builder with(HttpRequest.Builder request, String... cookies) {
        return cookies.length == 0 ? request : request.header("Cookie", String.join("; ", cookies));
    }
}
