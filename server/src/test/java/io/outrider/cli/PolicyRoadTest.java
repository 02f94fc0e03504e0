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
import java.time.Duration;
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

/** Rights on the command line, against a server in a process of its own, and without one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PolicyRoadTest {
    private static final String REPORT = "o1/acme/truck-1/report";

    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void serve() throws Exception {
        server = ServerProcess.start(folder);
        server.run("fleet", "create", "acme");
        server.enrol("acme.truck-1", folder.resolve("truck-1"));
        server.run("fleet", "add", "acme.invited");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void explain_says_no_by_which_rule_and_leaves_with_1() {
        assertDenied("own topics only", "acme.truck-1", "publish", "o1/acme/truck-2/report");
        assertDenied("own topics only", "acme.truck-1", "subscribe", "#");
        assertDenied("trackers use QoS 1", "acme.truck-1", "publish", REPORT, "--qos", "2");
        assertDenied("retain nothing", "acme.truck-1", "publish", REPORT, "--retain");
        assertDenied("directory", "acme.invited", "publish", "o1/acme/invited/report");
        assertDenied("directory", "acme.nobody", "publish", "o1/acme/nobody/report");
        assertDenied("directory", "nobody", "subscribe", "a");
    }

    @Test
    void explain_says_yes_by_which_rule_and_leaves_with_0() {
        Ran ran = explain("acme.truck-1", "publish", REPORT);

        assertThat(ran.status()).isZero();
        assertThat(ran.output()).contains("allowed").contains("publishes to its own report");
    }

    @Test
    void explain_speaks_json_and_says_the_code() {
        JsonNode denied =
                json(explain("acme.truck-1", "publish", REPORT, "--qos", "2", "--json").output());

        assertThat(denied.path("allowed").asBoolean()).isFalse();
        assertThat(denied.path("code").asString()).isEqualTo("0x9B");
        assertThat(denied.path("codeName").asString()).isEqualTo("qos_not_supported");
        assertThat(denied.path("reason").asString()).isNotEmpty();
        assertThat(denied.path("rule").asString()).isNotEmpty();
    }

    @Test
    void a_wrong_question_leaves_with_2() {
        assertThat(explain("acme.truck-1", "read", REPORT).status()).isEqualTo(2);
        assertThat(explain("acme.truck-1", "publish").status()).isEqualTo(2);
        assertThat(explain("Acme", "publish", REPORT).status()).isEqualTo(2);
        assertThat(explain("acme.truck-1", "publish", REPORT, "--qos", "3").status()).isEqualTo(2);
        assertThat(explain("acme.truck-1", "subscribe", "a", "--retain").status()).isEqualTo(2);
    }

    @Test
    void who_is_cut_off_may_nothing_until_released() {
        server.enrol("acme.stolen", folder.resolve("stolen"));
        String topic = "o1/acme/stolen/report";

        server.run("fleet", "quarantine", "acme.stolen", "--reason", "reported stolen");

        assertDenied("standing", "acme.stolen", "publish", topic);
        assertThat(server.run("fleet", "show", "acme.stolen"))
                .contains("quarantined")
                .contains("reported stolen");
        assertThat(server.run("fleet", "list")).contains("enrolled, quarantined");
        assertThat(server.run("status")).contains("acme.stolen quarantined");
        server.run("fleet", "release", "acme.stolen");
        assertThat(explain("acme.stolen", "publish", topic).status()).isZero();
        server.run("fleet", "revoke", "acme.stolen", "--reason", "sold");
        assertDenied("standing", "acme.stolen", "publish", topic);
        assertThat(ran("fleet", "release", "acme.stolen").status()).isEqualTo(2);
    }

    @Test
    void a_password_is_made_only_where_policy_allows_one_and_shown_once() throws Exception {
        server.run("fleet", "add", "acme.old-7");
        Ran tooEarly = ran("fleet", "password", "acme.old-7");
        assertThat(tooEarly.status()).isEqualTo(2);
        assertThat(tooEarly.errors()).contains("does not allow").contains("policy allow");
        assertThat(server.run("policy", "allow", "acme.old-7", "--method", "password"))
                .contains("may come by password (tracker)")
                .contains("mqtt-credentials");

        JsonNode first = json(server.run("fleet", "password", "acme.old-7", "--json"));
        JsonNode second = json(server.run("fleet", "password", "acme.old-7", "--json"));

        String password = first.path("password").asString();
        assertThat(password)
                .hasSizeGreaterThan(20)
                .isNotEqualTo(second.path("password").asString());
        assertThat(first.path("replaced").asBoolean()).isFalse();
        assertThat(second.path("replaced").asBoolean()).isTrue();
        assertThat(server.run("fleet", "show", "acme.old-7", "--json"))
                .contains("\"hasPassword\":true")
                .doesNotContain(password);
        assertNowhere(password);
        server.run("fleet", "password", "acme.old-7", "--remove");
        assertDenied("directory", "acme.old-7", "publish", "o1/acme/old-7/report");
        server.run("policy", "allow", "acme.old-7", "--default");
        assertThat(server.run("policy", "show", "acme.old-7")).contains("certificate (default)");
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
        assertNowhere(Files.readString(files.resolve("gate-3.key")).lines().toList().get(1));

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
        assertThat(ran("client", "ungrant", "gate-3", "--may-publish", "other").status())
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

        Ran once = ran(add.toArray(String[]::new));
        Ran unconfirmed = ran(with(add, "--reaches-trackers"));
        Ran misspelt = ran(with(add, "--reaches-trackers", "--confirm", "lak"));
        Ran unflagged = ran(with(add, "--confirm", "lake"));

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
        assertThat(ran("client", "grant", "lake", "--may-publish", "o1/acme/+/down").errors())
                .contains("down of every tracker of fleet acme");
        assertDenied("speaks for itself", "lake", "publish", REPORT);
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
        assertNowhere(added.path("password").asString());
        try (Stream<Path> written = Files.list(files)) {
            assertThat(written.map(file -> file.getFileName().toString()))
                    .containsExactly("ca.pem");
        }
        assertThat(ran("client", "renew", "viewer", "--out", files.toString()).status())
                .isEqualTo(2);
        assertThat(files.resolve("viewer.key")).doesNotExist();
        assertThat(explain("viewer", "subscribe", "site/a").status()).isZero();
        assertThat(server.run("client", "password", "viewer")).contains("opens nothing any more");
        server.run("client", "remove", "viewer");
    }

    @Test
    void a_fleet_and_a_client_never_share_a_name() {
        assertThat(ran("client", "add", "acme", "--method", "password").errors())
                .contains("there is a fleet acme");
        server.run("client", "add", "tools", "--method", "token", "--out", folder.toString());
        assertThat(ran("fleet", "create", "tools").errors()).contains("there is a client tools");
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

        Ran issued = ran("token", "issue", "worker", "--for", "1h", "--scope", "subscribe:site/a");

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
        assertThat(ran("token", "issue", "acme.truck-1", "--for", "1h").errors())
                .contains("policy does not allow acme.truck-1 to come by token");
        assertThat(ran("token", "issue", "acme", "--for", "1h").status()).isEqualTo(2);
        assertThat(ran("token", "issue", "worker", "--for", "25h").status()).isEqualTo(2);
        assertThat(ran("token", "issue", "worker", "--for", "59s").status()).isEqualTo(2);
        assertThat(ran("token", "issue", "worker", "--for", "1h", "--scope", "all").status())
                .isEqualTo(2);
    }

    @Test
    void a_policy_of_a_fleet_holds_for_its_trackers_until_they_have_their_own() {
        server.run("fleet", "create", "mixed");
        server.run("fleet", "add", "mixed.one");
        server.run("policy", "allow", "mixed", "--method", "certificate,token");
        JsonNode inherited = json(server.run("fleet", "show", "mixed.one", "--json"));
        server.run("policy", "allow", "mixed.one", "--method", "token");
        JsonNode own = json(server.run("fleet", "show", "mixed.one", "--json"));

        assertThat(inherited.path("methods").toString()).isEqualTo("[\"certificate\",\"token\"]");
        assertThat(inherited.path("methodsFrom").asString()).isEqualTo("fleet");
        assertThat(own.path("methods").toString()).isEqualTo("[\"token\"]");
        assertThat(own.path("methodsFrom").asString()).isEqualTo("tracker");
        assertThat(server.run("policy", "show", "mixed")).contains("mixed.one");
        assertThat(explain("mixed.one", "publish", "o1/mixed/one/report").status()).isZero();
    }

    @Test
    void without_a_server_the_same_questions_have_the_same_answers() throws Exception {
        try (var other = ServerProcess.start(Files.createDirectory(folder.resolve("other")))) {
            other.run("fleet", "create", "acme");
            other.enrol("acme.truck-1", folder.resolve("other-truck"));
            assertThat(other.stop(Duration.ofSeconds(30))).isTrue();
            String data = other.data().toString();

            assertThat(
                            Ran.command(
                                            "policy",
                                            "explain",
                                            "acme.truck-1",
                                            "publish",
                                            REPORT,
                                            "--data",
                                            data)
                                    .status())
                    .isZero();
            other.run("fleet", "quarantine", "acme.truck-1");
            assertThat(
                            Ran.command(
                                            "policy",
                                            "explain",
                                            "acme.truck-1",
                                            "publish",
                                            REPORT,
                                            "--data",
                                            data)
                                    .status())
                    .isEqualTo(1);
            String out = folder.resolve("offline").toString();
            other.run("client", "add", "tool", "--may-publish", "a", "--out", out);
            assertThat(Path.of(out, "tool.pem")).exists();
        }
    }

    private static void assertDenied(String rule, String... question) {
        Ran ran = explain(question);
        assertThat(ran.status()).as(ran.errors()).isEqualTo(1);
        assertThat(ran.output()).contains("not allowed").contains(rule);
    }

    private static Ran explain(String... question) {
        return ran(with(List.of("policy", "explain"), question));
    }

    private static Ran ran(String... command) {
        return Ran.command(with(List.of(command), "--data", server.data().toString()));
    }

    private static String[] with(List<String> command, String... more) {
        var all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static JsonNode json(String text) {
        return ControlServer.JSON.readTree(text);
    }

    /** Neither in the log nor in any file of the data directory. */
    private static void assertNowhere(String secret) throws Exception {
        assertThat(server.log()).doesNotContain(secret);
        byte[] wanted = secret.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.walk(server.data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(content.contains(new String(wanted, StandardCharsets.ISO_8859_1)))
                        .as(file.toString())
                        .isFalse();
            }
        }
    }

    private static List<X509Certificate> certificates(Path file) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
