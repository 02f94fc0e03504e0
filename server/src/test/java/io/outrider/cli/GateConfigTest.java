package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outrider.credential.KeySource;
import io.outrider.credential.TokenAlgorithm;
import io.outrider.gate.Limits;
import io.outrider.keys.OperatorException;
import io.outrider.watch.EventKind;
import io.outrider.watch.LogConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of the configuration that the gate works by: listeners, limits, tokens. */
class GateConfigTest {
    @TempDir Path directory;

    @Test
    void nothing_but_certificates_comes_in_unless_it_is_configured() throws Exception {
        Config config = Config.defaults();

        assertThat(config.mqttCredentials()).isEmpty();
        assertThat(config.mqttLegacy()).isEmpty();
        assertThat(config.webSocket()).isEmpty();
        assertThat(config.issuers()).isEmpty();
        assertThat(config.limits()).isEqualTo(Limits.DEFAULT);
    }

    @Test
    void a_section_opens_its_listener_with_whatever_it_says() throws Exception {
        assertThat(read("mqtt-credentials:").mqttCredentials().orElseThrow().port())
                .isEqualTo(8884);
        assertThat(read("mqtt-credentials: {}").mqttCredentials()).isPresent();
        assertThat(read("mqtt-legacy: {port: 9000}").mqttLegacy().orElseThrow().port())
                .isEqualTo(9000);
        assertThat(read("websocket:").webSocket().orElseThrow().origins()).isEmpty();
        assertProblem("mqtt-credentials: yes", ":1: mqtt-credentials must hold keys");
        assertProblem("mqtt-credentials: [8884]", ":1: mqtt-credentials must hold keys");
    }

    @Test
    void two_listeners_on_one_port_are_a_mistake() {
        assertProblem("mqtt-credentials: {port: 8883}", "is the same port as mqtt.port");
        assertProblem("websocket: {port: 8443}", "websocket.port");
        assertProblem(
                "mqtt-credentials: {port: 9}\nmqtt-legacy: {port: 9}", ":2: mqtt-legacy.port");
    }

    @Test
    void an_origin_is_one_of_a_page_that_came_over_tls() throws Exception {
        assertThat(
                        read("websocket: {origins: ['https://a.example', 'https://b:8443']}")
                                .webSocket()
                                .orElseThrow()
                                .origins())
                .containsExactly("https://a.example", "https://b:8443");
        for (String bad :
                new String[] {
                    "http://a.example",
                    "https://a.example/",
                    "https://A.example",
                    "https://*.example",
                    "*",
                    "null",
                    "https://a.example:0",
                    "https://u@a.example"
                }) {
            assertProblem("websocket: {origins: ['" + bad + "']}", "must be a web origin");
        }
    }

    @Test
    void every_limit_can_be_set_under_its_own_name() throws Exception {
        for (RecordComponent group : Limits.class.getRecordComponents()) {
            for (RecordComponent limit : group.getType().getRecordComponents()) {
                Object wanted = another(limit, valueOf(limit, valueOf(group, Limits.DEFAULT)));
                String yaml =
                        "limits: {%s: {%s: %s}}"
                                .formatted(
                                        group.getName(),
                                        kebab(limit.getName()),
                                        wanted instanceof Duration time
                                                ? time.toMillis() + "ms"
                                                : wanted);

                Limits limits = read(yaml).limits();

                assertThat(valueOf(limit, valueOf(group, limits))).as(yaml).isEqualTo(wanted);
            }
        }
    }

    @Test
    void times_and_sizes_have_units() throws Exception {
        Limits limits =
                read("""
                limits:
                  connecting: {handshake-time-max: 250ms, bytes-max: 32k}
                  sessions: {keep-alive-max: 2h, expiry-max: 7d, keep-alive-min: 1m}
                  rates: {bytes-burst: 8m, bytes-per-second: 4096}
                """)
                        .limits();

        assertThat(limits.connecting().handshakeTimeMax()).isEqualTo(Duration.ofMillis(250));
        assertThat(limits.connecting().bytesMax()).isEqualTo(32_768);
        assertThat(limits.sessions().keepAliveMax()).isEqualTo(Duration.ofHours(2));
        assertThat(limits.sessions().expiryMax()).isEqualTo(Duration.ofDays(7));
        assertThat(limits.rates().bytesBurst()).isEqualTo(8 << 20);
        assertThat(limits.rates().bytesPerSecond()).isEqualTo(4096);
        assertProblem("limits: {connecting: {handshake-time-max: 10}}", "must be a time such as");
        assertProblem("limits: {connecting: {handshake-time-max: soon}}", "must be a time such as");
        assertProblem("limits: {connecting: {bytes-max: 32kb}}", "must be a size such as");
        assertProblem("limits: {connecting: {bytes-max: -1}}", "must be a size such as");
        assertProblem("limits: {packets: {packet-bytes-max: 999999999m}}", "packetBytesMax");
        assertProblem("limits: {packets: {filters-max: 3s}}", "must be a whole number");
    }

    @Test
    void limits_out_of_range_are_told_all_at_once_each_with_its_line() {
        assertThatThrownBy(() ->
                        read(
                                """
                                limits:
                                  connecting:
                                    connections-max: 0
                                    handshake-time-max: 99ms
                                    handshake-time-max-: 1s
                                  packets:
                                    receive-max: 65536
                                    user-property-bytes-max: 1m
                                  answer:
                                    withheld-time: 1s
                                """))
                .isInstanceOfSatisfying(
                        OperatorException.class,
                        e ->
                                assertThat(String.valueOf(e.getMessage()).lines())
                                        .satisfiesExactly(
                                                line ->
                                                        assertThat(line)
                                                                .contains(":3: limits.conn"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(":4: limits.connecting")
                                                                .contains(
                                                                        "99 ms is not in 100 … 3600000 ms"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(":5: unknown key"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(":7: limits.packets.rec"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(
                                                                        ":8: limits.packets.user"),
                                                line ->
                                                        assertThat(line)
                                                                .contains(
                                                                        ":10: unknown key"
                                                                                + " 'limits.answer"
                                                                                + ".withheld-time'")));
    }

    @Test
    void every_limit_ends_where_it_says_and_is_refused_beyond_with_its_line() throws Exception {
        for (RecordComponent group : Limits.class.getRecordComponents()) {
            for (RecordComponent limit : group.getType().getRecordComponents()) {
                boolean isTime = limit.getType() == Duration.class;
                String key = "limits." + group.getName() + "." + kebab(limit.getName());
                String line =
                        "limits:\n  %s:\n    %s: %%d%s"
                                .formatted(
                                        group.getName(),
                                        kebab(limit.getName()),
                                        isTime ? "ms" : "");
                Matcher range = refusal(line.replace("%dms", "999999d"), line, 999_999_999, key);
                long min = Long.parseLong(range.group(1));
                long max = Long.parseLong(range.group(2));

                assertTaken(line.formatted(min), key);
                assertTaken(line.formatted(max), key);
                refusal(line, line, max + 1, key);
                if (min > 0 || (!isTime && !key.contains("bytes"))) {
                    refusal(line, line, min - 1, key);
                }
            }
        }
    }

    /** It may be that another limit, at its default, does not go with this one at its end. */
    private void assertTaken(String yaml, String key) throws IOException {
        try {
            read(yaml);
        } catch (OperatorException e) {
            assertThat(e).as(yaml).hasMessageNotContaining(key + " ");
        }
    }

    /** What is said of a limit out of its range: the line, the key and the range. */
    private Matcher refusal(String far, String line, long value, String key) {
        String yaml =
                value == 999_999_999 ? far.replace("%d", "9999999999") : line.formatted(value);
        String problem =
                String.valueOf(
                        catchThrowableOfType(OperatorException.class, () -> read(yaml))
                                .getMessage());
        assertThat(problem).as(yaml).contains(":3: " + key + " ");
        Matcher range = Pattern.compile("is not in (\\d+) … (\\d+)").matcher(problem);
        assertThat(range.find()).as(problem).isTrue();
        return range;
    }

    @Test
    void two_limits_that_do_not_go_together_are_a_problem_of_the_section() {
        assertProblem(
                "limits:\n  connecting:\n    unproven-max: 100\n",
                ":2: limits.connecting.unproven-per-prefix-max");
    }

    @Test
    void an_issuer_of_tokens_is_read_with_its_bounds() throws Exception {
        Path keys = Files.createFile(directory.resolve("keys.json"));
        Config config =
                read(
                        """
                        tokens:
                          issuers:
                            - {issuer: "https://a/", audience: x, jwks-url: "https://a/jwks"}
                            - issuer: b
                              audience: x
                              algorithms: [EdDSA, PS256]
                              jwks-file: %s
                              clock-skew: 1m
                        """
                                .formatted(keys));

        assertThat(config.issuers()).hasSize(2);
        assertThat(config.issuers().getFirst().algorithms()).containsExactly(TokenAlgorithm.ES256);
        assertThat(config.issuers().getFirst().keys()).isInstanceOf(KeySource.OfUrl.class);
        assertThat(config.issuers().getLast().clockSkew()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void an_issuer_that_is_not_whole_is_refused_with_its_line() {
        String list = "tokens:\n  issuers:\n    - ";
        String rest = "{issuer: a, audience: b, jwks-url: 'https://c/d'";
        assertProblem(list + "{issuer: a, audience: b}", ":3: tokens.issuers[0] needs one of");
        assertProblem(list + "{audience: b, jwks-url: 'https://c/'}", "needs issuer");
        assertProblem(list + "{issuer: a, audience: b, jwks-url: 'http://c/'}", "must be https");
        assertProblem(list + "{issuer: a, audience: b, jwks-url: 'https://u@c/'}", "must be https");
        assertProblem(list + "{issuer: a, audience: b, jwks-file: /nowhere}", "cannot be read");
        assertProblem(list + rest + ", algorithms: [none]}", "one of ES256");
        assertProblem(list + rest + ", algorithms: [HS256]}", "one of ES256");
        assertProblem(list + rest + ", clock-skew: 6m}", ":3: tokens.issuers[0] clock skew");
        assertProblem(list + rest + ", secret: x}", "unknown key 'tokens.issuers[0].secret'");
        assertProblem(list + rest + "}\n    - " + rest + "}", ":4: tokens.issuers[1].issuer");
        assertProblem(
                list + rest.replace("issuer: a", "issuer: 'spiffe://outrider.internal'") + "}",
                "is there already");
        assertProblem("tokens: {issuers: https://a}", "must hold keys");
        assertProblem("tokens: {issuers: []}", "tokens.issuers must");
    }

    @Test
    void a_log_says_its_format_its_events_and_where_else_it_goes() throws Exception {
        var log =
                read("""
                names: [fleet.example.org]
                log:
                  format: json
                  syslog: {host: siem.example.org}
                """)
                        .log();

        assertThat(log.format()).isEqualTo(LogConfig.Format.JSON);
        assertThat(log.events()).isEqualTo(EventKind.ALL_BUT_PUBLISHED);
        assertThat(log.syslog().orElseThrow().port()).isEqualTo(6514);
        assertThat(log.syslog().orElseThrow().hostname()).isEqualTo("fleet.example.org");
        assertThat(read("log: {events: [refused]}").log().events())
                .containsExactly(EventKind.REFUSED);
        assertProblem("log: {format: xml}", ":1: log.format must be text or json");
        assertProblem("log: {events: [secrets]}", "log.events: each entry must be one of");
        assertProblem("log: {lines-per-second-max: 0}", "from 1 to 1000");
        assertProblem("log:\n  syslog: {port: 1}", ":2: log.syslog needs host");
        assertProblem("log: {syslog: {host: h, ca-file: /nowhere}}", "cannot be read");
        assertProblem("log: {syslog: {host: h, key-file: /etc/hostname}}", "or neither");
        assertProblem("log: {syslog: {host: h, plain: true}}", "unknown key 'log.syslog.plain'");
    }

    private void assertProblem(String yaml, String problem) {
        assertThatThrownBy(() -> read(yaml))
                .as(yaml)
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(problem);
    }

    /** Still in range, and not the default. */
    private static Object another(RecordComponent limit, Object value) {
        if (value instanceof Duration time) {
            return time.plusSeconds(1);
        }
        int number = (Integer) value;
        boolean isBoundByAnother =
                limit.getName().equals("unprovenPerPrefixMax")
                        || limit.getName().equals("handshakesPerPrefixPerSecond");
        return isBoundByAnother ? number - 1 : number + 1;
    }

    private static Object valueOf(RecordComponent component, Object record)
            throws ReflectiveOperationException {
        return component.getAccessor().invoke(record);
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private Config read(String yaml) throws OperatorException, IOException {
        return Config.read(Files.writeString(directory.resolve("outrider.yaml"), yaml));
    }
}
