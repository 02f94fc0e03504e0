package io.outrider.dashboard;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.HttpsPeer;
import io.outrider.fuzz.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a browser may send, or whoever says that it is one. */
public final class DashboardTargets {
    public static final Map<String, Target> ALL =
            Map.of("form", DashboardTargets::form, "dashboard", DashboardTargets::request);

    /** After this nobody is sent away any more for having been wrong. */
    private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(15);

    private static final int SERVER_FAILED = 500;

    private DashboardTargets() {}

    private static void form(byte[] data) {
        try (Form form = Form.read(data)) {
            for (String name : new String[] {"user", "password", "token"}) {
                require(form.text(name).length() <= data.length, "no more than was sent");
            }
        } catch (Refused e) {
            require(e.status() == 400, "a refusal is the browser's fault");
        }
    }

    /**
     * Lines: method and address, cookie, media type, Last-Event-ID, Authorization; then the body.
     * Whoever says nothing of authorization is signed in. Everybody gets an answer, and never one
     * that says that the server has failed.
     */
    private static void request(byte[] data) throws IOException, SQLException {
        String[] lines = new String(data, StandardCharsets.ISO_8859_1).split("\n", 6);
        String[] parts = Arrays.copyOf(lines, 6);
        Arrays.fill(parts, lines.length, parts.length, "");
        if (parts[0].startsWith("POST") || !parts[4].isEmpty()) {
            Running.IT.clock.advance(FORGIVEN_AFTER);
        }
        String session = parts[4].isEmpty() ? Cookies.SESSION + "=" + Running.session() + "; " : "";
        int status =
                Running.PEER.ask(
                        parts[0],
                        List.of(
                                "Origin: " + Running.IT.origin(),
                                "Cookie: " + session + parts[1],
                                "Content-Type: " + parts[2],
                                "Last-Event-ID: " + parts[3],
                                "Authorization: " + parts[4]),
                        parts[5]);
        require(status != SERVER_FAILED, "the server has not failed");
    }

    /** One for all requests, started by the first; ends with the process. */
    private static final class Running {
        static final TestDashboard IT = start();
        static final HttpsPeer PEER = peer();
        private static String session = "";

        private static TestDashboard start() {
            try {
                Path folder = Files.createTempDirectory("dashboard");
                var it = new TestDashboard(folder);
                new TestDrive(it.fleet, 1, it.clock)
                        .past(it.clock.instant(), Duration.ofMinutes(1));
                String hash =
                        new Passwords(new Passwords.Cost(64, 1))
                                .hash(TestDashboard.PASSWORD.toCharArray());
                it.accounts.setUp(it.accounts.newSetUpToken(), "admin", hash);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> close(it, folder)));
                return it;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException | SQLException | Passwords.BusyException e) {
                throw new IllegalStateException(e);
            }
        }

        private static HttpsPeer peer() {
            try {
                return new HttpsPeer(IT.keys.client().getSocketFactory(), IT.dashboard.port());
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Of whoever is signed in; another one where a request before has signed out. */
        static String session() throws SQLException {
            if (IT.accounts.session(session, false).isEmpty()) {
                var account = IT.accounts.byName("admin").orElseThrow();
                session = IT.accounts.newSession(account).expose();
            }
            return session;
        }

        private static void close(TestDashboard it, Path folder) {
            try {
                it.close();
                for (String name :
                        new String[] {"accounts.db", "accounts.db-wal", "accounts.db-shm"}) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
