package io.outrider.dashboard;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** What a browser may send, or whoever says that it is one. */
public final class DashboardTargets {
    public static final Map<String, Target> ALL =
            Map.of("form", DashboardTargets::form, "dashboard", DashboardTargets::request);

    private static final Duration ANSWER_MAX = Duration.ofSeconds(4);
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
     * Lines: method and address, cookie, media type, Last-Event-ID; then the body. Whoever is
     * signed in gets an answer, and never one that says that the server has failed.
     */
    private static void request(byte[] data) throws IOException, SQLException {
        String[] lines = new String(data, StandardCharsets.ISO_8859_1).split("\n", 5);
        String[] parts = Arrays.copyOf(lines, 5);
        for (int i = lines.length; i < parts.length; i++) {
            parts[i] = "";
        }
        String head =
                """
                %s HTTP/1.1\r
                Host: localhost:%d\r
                Origin: %s\r
                Cookie: %s=%s; %s\r
                Content-Type: %s\r
                Last-Event-ID: %s\r
                Content-Length: %d\r
                Connection: close\r
                \r
                """
                        .formatted(
                                parts[0],
                                Running.IT.dashboard.port(),
                                Running.IT.origin(),
                                Cookies.SESSION,
                                Running.session(),
                                parts[1],
                                parts[2],
                                parts[3],
                                parts[4].length());
        String answer = exchange((head + parts[4]).getBytes(StandardCharsets.ISO_8859_1));
        require(answer.matches("HTTP/1\\.1 [1-5][0-9][0-9] .*"), "an answer: " + answer);
        int status = Integer.parseInt(answer.substring(9, 12));
        require(status != SERVER_FAILED, "the server has not failed");
    }

    /** The first line of the answer, whose rest is read, too, unless it never ends. */
    private static String exchange(byte[] request) throws IOException {
        try (var socket =
                (SSLSocket)
                        Running.TLS.createSocket(
                                InetAddress.getLoopbackAddress(), Running.IT.dashboard.port())) {
            socket.setSoTimeout((int) ANSWER_MAX.toMillis());
            socket.getOutputStream().write(request);
            var answer = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            byte[] some = new byte[4_096];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                answer.write(some, 0, n);
                if (answer.toString(StandardCharsets.ISO_8859_1).contains("text/event-stream")) {
                    break;
                }
            }
            return answer.toString(StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
        }
    }

    /** One for all requests, started by the first; ends with the process. */
    private static final class Running {
        static final TestDashboard IT = start();
        static final SSLSocketFactory TLS = factory();
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

        private static SSLSocketFactory factory() {
            try {
                return IT.keys.client().getSocketFactory();
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
