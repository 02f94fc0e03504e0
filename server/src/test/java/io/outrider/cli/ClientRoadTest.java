package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.cli.ServerProcess.Ran;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Clients and tokens on the command line, against a server in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClientRoadTest {
    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void serve() throws Exception {
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
        server.run("fleet", "add", "acme.truck-1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_client_gets_a_certificate_for_a_key_that_never_leaves_its_place() throws Exception {
        Path files = folder.resolve("gate-3");
        String said =
                server.run(
                        "client",
                        "add",
                        "gate-3",
                        "--may-subscribe",
                        "site/+/door",
                        "site/light",
                        "--may-publish",
                        "site/3/door",
                        "--out",
                        files.toString());

        assertThat(said)
                .contains("mosquitto_sub")
                .contains("--key " + files.resolve("gate-3.key"))
                .contains("-t 'site/+/door'");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(files.resolve("gate-3.key"))))
                .isEqualTo("rw-------");
        List<X509Certificate> chain = certificates(files.resolve("gate-3.pem"));
        X509Certificate root = certificates(files.resolve("ca.pem")).getFirst();
        assertThat(chain.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=gate-3");
        assertThat(chain.getFirst().getSubjectAlternativeNames().toString())
                .contains("spiffe://outrider.internal/client/gate-3");
        chain.getFirst().verify(chain.get(1).getPublicKey());
        chain.get(1).verify(root.getPublicKey());
        assertThat(
                        server.keeps(
                                Files.readString(files.resolve("gate-3.key"))
                                        .lines()
                                        .toList()
                                        .get(1)))
                .isFalse();

        server.run("client", "renew", "gate-3", "--out", files.toString());
        X509Certificate renewed = certificates(files.resolve("gate-3.pem")).getFirst();
        assertThat(renewed.getPublicKey()).isEqualTo(chain.getFirst().getPublicKey());
        assertThat(renewed.getSerialNumber()).isNotEqualTo(chain.getFirst().getSerialNumber());
        assertThat(explain("gate-3", "subscribe", "$share/g/site/+/door").status()).isZero();
        assertDenied("deny by default", "gate-3", "subscribe", "site/#");
        server.run("client", "grant", "gate-3", "--may-subscribe", "site/#");
        assertThat(explain("gate-3", "subscribe", "site/#").output())
                .contains("may-subscribe site/#");
        server.run("client", "ungrant", "gate-3", "--may-subscribe", "site/#");
        assertDenied("deny by default", "gate-3", "subscribe", "site/#");
        assertThat(server.ran("client", "ungrant", "gate-3", "--may-publish", "other").status())
                .isEqualTo(2);
        server.run("client", "remove", "gate-3");
        assertDenied("directory", "gate-3", "subscribe", "site/light");
    }

    @Test
    void a_grant_that_reaches_a_fleet_is_asked_twice_and_shown_everywhere() throws Exception {
        var add =
                List.of(
                        "client",
                        "add",
                        "lake",
                        "--may-subscribe",
                        "o1/+/+/report",
                        "--out",
                        folder.resolve("lake").toString());

        Ran once = server.ran(add.toArray(String[]::new));
        Ran unconfirmed = server.ran(with(add, "--reaches-trackers"));
        Ran misspelt = server.ran(with(add, "--reaches-trackers", "--confirm", "lak"));
        Ran unflagged = server.ran(with(add, "--confirm", "lake"));

        for (Ran refused : List.of(once, unconfirmed, misspelt, unflagged)) {
            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.errors())
                    .contains("every tracker of every fleet")
                    .contains("who reports, when and how much, not where");
        }
        assertThat(server.run("client", "list", "--json")).doesNotContain("lake");
        assertThat(folder.resolve("lake/lake.key")).doesNotExist();
        server.run(with(add, "--reaches-trackers", "--confirm", "lake"));
        String reach = "may-subscribe o1/+/+/report: report of every tracker of every fleet";
        for (String[] report :
                new String[][] {
                    {"client", "list"},
                    {"client", "show", "lake"},
                    {"policy", "show"},
                    {"policy", "show", "lake"},
                    {"status"}
                }) {
            assertThat(server.run(report)).as(String.join(" ", report)).contains(reach);
        }
        assertThat(
                        server.ran("client", "grant", "lake", "--may-publish", "o1/acme/+/down")
                                .errors())
                .contains("down of every tracker of fleet acme");
        assertDenied("speaks for itself", "lake", "publish", "o1/acme/truck-1/report");
        server.run("client", "remove", "lake");
    }

    @Test
    void a_client_by_password_has_no_key_and_its_password_is_nowhere() throws Exception {
        Path files = folder.resolve("viewer");
        JsonNode added =
                json(
                        server.run(
                                "client",
                                "add",
                                "viewer",
                                "--may-subscribe",
                                "site/#",
                                "--method",
                                "password",
                                "--out",
                                files.toString(),
                                "--json"));

        assertThat(added.path("password").asString()).hasSizeGreaterThan(20);
        assertThat(server.keeps(added.path("password").asString())).isFalse();
        try (Stream<Path> written = Files.list(files)) {
            assertThat(written.map(file -> file.getFileName().toString()))
                    .containsExactly("ca.pem");
        }
        assertThat(server.ran("client", "renew", "viewer", "--out", files.toString()).status())
                .isEqualTo(2);
        assertThat(files.resolve("viewer.key")).doesNotExist();
        assertThat(explain("viewer", "subscribe", "site/a").status()).isZero();
        assertThat(server.run("client", "password", "viewer")).contains("opens nothing any more");
        server.run("client", "remove", "viewer");
    }

    @Test
    void a_fleet_and_a_client_never_share_a_name() {
        assertThat(server.ran("client", "add", "acme", "--method", "password").errors())
                .contains("there is a fleet acme");
        server.run("client", "add", "tools", "--method", "token", "--out", folder.toString());
        assertThat(server.ran("fleet", "create", "tools").errors())
                .contains("there is a client tools");
    }

    @Test
    void a_token_is_printed_alone_and_only_for_whom_policy_allows_one() {
        server.run(
                "client",
                "add",
                "worker",
                "--may-subscribe",
                "site/#",
                "--method",
                "token",
                "--out",
                folder.resolve("worker").toString());

        Ran issued =
                server.ran(
                        "token", "issue", "worker", "--for", "1h", "--scope", "subscribe:site/a");

        assertThat(issued.output().strip()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
        assertThat(issued.errors()).contains("mqtt-credentials");
        JsonNode claims =
                json(
                        new String(
                                Base64.getUrlDecoder().decode(issued.output().split("\\.", -1)[1]),
                                StandardCharsets.UTF_8));
        assertThat(claims.path("sub").asString()).isEqualTo("worker");
        assertThat(claims.path("aud").asString()).isEqualTo("outrider.internal");
        assertThat(claims.path("iss").asString()).isEqualTo("spiffe://outrider.internal");
        assertThat(claims.path("scope").asString()).isEqualTo("subscribe:site/a");
        assertThat(claims.path("exp").asLong() - claims.path("nbf").asLong()).isEqualTo(3600);
        assertThat(json(server.run("token", "jwks")).path("keys").size()).isEqualTo(1);
        assertThat(json(server.run("token", "jwks")).toString()).doesNotContain("\"d\"");
        assertThat(server.ran("token", "issue", "acme.truck-1", "--for", "1h").errors())
                .contains("policy does not allow acme.truck-1 to come by token");
        assertThat(server.ran("token", "issue", "acme", "--for", "1h").status()).isEqualTo(2);
        assertThat(server.ran("token", "issue", "worker", "--for", "25h").status()).isEqualTo(2);
        assertThat(server.ran("token", "issue", "worker", "--for", "59s").status()).isEqualTo(2);
        assertThat(server.ran("token", "issue", "worker", "--for", "1h", "--scope", "all").status())
                .isEqualTo(2);
    }

    private static void assertDenied(String rule, String... question) {
        Ran ran = explain(question);
        assertThat(ran.status()).as(ran.errors()).isEqualTo(1);
        assertThat(ran.output()).contains("not allowed").contains(rule);
    }

    private static Ran explain(String... question) {
        return server.ran(with(List.of("policy", "explain"), question));
    }

    private static String[] with(List<String> command, String... more) {
        var all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static JsonNode json(String text) {
        return ControlServer.JSON.readTree(text);
    }

    private static List<X509Certificate> certificates(Path file) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
