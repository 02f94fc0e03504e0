package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.cli.ServerProcess.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    void what_is_no_qos_is_said_to_whoever_asks_the_socket() {
        var question = Map.of("name", "acme.truck-1", "operation", "publish", "topic", REPORT);
        var arguments = new HashMap<>(question);
        arguments.put("retain", "false");
        arguments.put("qos", "3");

        assertThatThrownBy(() ->
                        ControlClient.find(server.data().resolve("control.sock"))
                                .orElseThrow()
                                .perform(
                                        new Operations.Request("policy explain", arguments),
                                        row -> {}))
                .hasMessage("'3' is no QoS");
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
        assertThat(server.ran("fleet", "release", "acme.stolen").status()).isEqualTo(2);
    }

    @Test
    void a_password_is_made_only_where_policy_allows_one_and_shown_once() throws Exception {
        server.run("fleet", "add", "acme.old-7");
        Ran tooEarly = server.ran("fleet", "password", "acme.old-7");
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
        assertThat(server.keeps(password)).isFalse();
        server.run("fleet", "password", "acme.old-7", "--remove");
        assertDenied("directory", "acme.old-7", "publish", "o1/acme/old-7/report");
        server.run("policy", "allow", "acme.old-7", "--default");
        assertThat(server.run("policy", "show", "acme.old-7")).contains("certificate (default)");
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
}
