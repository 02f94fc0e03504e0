package io.outrider.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import io.outrider.Checkout;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What stands in the log, in both forms. */
@Timeout(20)
class LogLinesTest {
    private static final JsonMapper STRICT =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();
    private static final Set<String> KEYS =
            Set.of(
                    "time",
                    "level",
                    "logger",
                    "message",
                    "event",
                    "who",
                    "kind",
                    "number",
                    "method",
                    "client",
                    "version",
                    "by",
                    "address",
                    "port",
                    "listener",
                    "operation",
                    "topic",
                    "filter",
                    "bytes",
                    "qos",
                    "retain",
                    "limit",
                    "code",
                    "codeHex",
                    "reason",
                    "rule");

    @Test
    void every_kind_of_event_is_one_json_object_whatever_a_peer_wrote() {
        List<String> lines = json(() -> logEachKind(TestEvents.HOSTILE));

        assertThat(lines).hasSize(9);
        for (String line : lines) {
            assertThat(line).matches("[ -~]+");
            JsonNode object = STRICT.readTree(line);
            assertThat(KEYS).containsAll(object.propertyNames());
            assertThat(object.path("time").asString("")).matches("2026-11-22T10:15:30\\.007Z");
        }
        JsonNode denied = STRICT.readTree(lines.get(6));
        assertThat(denied.path("event").asString("")).isEqualTo("denied");
        assertThat(denied.path("who").asString("")).isEqualTo("lake");
        assertThat(denied.path("operation").asString("")).isEqualTo("publish");
        assertThat(denied.path("topic").asString("")).startsWith("a\"b\\c]d??<84>1 forged");
        assertThat(denied.path("code").asString("")).isEqualTo("not_authorized");
        assertThat(denied.path("codeHex").asString("")).isEqualTo("0x87");
        assertThat(denied.path("rule").asString("")).isEqualTo("deny by default");
        assertThat(STRICT.readTree(lines.get(5)).path("bytes").asInt(0)).isEqualTo(17);
        assertThat(STRICT.readTree(lines.get(1)).path("port").asInt(0)).isEqualTo(50_123);
    }

    @Test
    void every_other_line_of_the_program_is_a_json_object_too() {
        var thrown = new IllegalStateException("a \"bad\"\r\nthing\u202e", new Exception("x"));

        List<String> lines =
                json(() -> {
                    LoggerFactory.getLogger("some.Other").warn("a\nb\u202e \"c\" {}", 7);
                    LoggerFactory.getLogger("some.Other").error("it failed", thrown);
                });

        assertThat(lines).hasSize(2).allMatch(line -> line.matches("[ -~]+"));
        assertThat(STRICT.readTree(lines.getFirst()).path("message").asString(""))
                .isEqualTo("a\nb\u202e \"c\" 7");
        assertThat(STRICT.readTree(lines.getLast()).path("stack").asString(""))
                .contains("IllegalStateException", "Caused by: java.lang.Exception: x");
    }

    @Test
    void no_text_of_a_message_or_an_exception_begins_a_line_of_the_text_form() throws Exception {
        String forged = "2026-11-22T10:15:30.000Z WARN  gate: forged\u001b[2J\u202e";
        var out = new ByteArrayOutputStream();

        text(
                out,
                log -> {
                    log.warn("a\r\n" + forged);
                    log.error("b", new IllegalStateException("c\n" + forged));
                });

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).noneMatch(line -> line.startsWith("2026-11-22T10:15:30.000Z"));
        assertThat(String.join("", lines)).doesNotContain("\u001b", "\u202e", "\r");
        assertThat(lines).anyMatch(line -> line.startsWith("\tat "));
        assertThat(lines.getFirst()).contains(" WARN  x: a??2026-11-22");
    }

    @Test
    void a_flood_is_logged_in_part_and_what_is_not_is_counted_and_said() {
        var log = new EventLog(2);
        Instant start = Instant.parse("2026-11-22T10:00:00Z");

        List<String> lines =
                json(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        log.take(
                                seen(
                                        i,
                                        start.plusMillis(i), // ten seconds of knocking
                                        TestEvents.refused("knock-" + i)));
                    }
                    log.idle(start.plusSeconds(12));
                });

        List<JsonNode> rows = lines.stream().map(STRICT::readTree).toList();
        long told = rows.stream().filter(row -> is(row, "refused")).count();
        long suppressed =
                rows.stream()
                        .filter(row -> is(row, "suppressed"))
                        .mapToLong(row -> row.path("refused").asLong(0))
                        .sum();
        assertThat(told).isBetween(20L, 42L);
        assertThat(told + suppressed).isEqualTo(10_000);
        assertThat(log.suppressed()).isEqualTo(suppressed);
        assertThat(rows).hasSizeLessThan(60);
    }

    @Test
    void a_flood_of_one_kind_suppresses_no_other() {
        var sampler = new Sampler(2);
        Instant now = Instant.parse("2026-11-22T10:00:00Z");
        int let = 0;
        for (int i = 0; i < 1_000; i++) {
            let += sampler.lets(EventKind.REFUSED, now) ? 1 : 0;
        }

        assertThat(let).isEqualTo(20);
        assertThat(sampler.lets(EventKind.CONNECTED, now)).isTrue();
        assertThat(sampler.toTell(now)).isEqualTo(Map.of(EventKind.REFUSED, 980L));
        assertThat(sampler.toTell(now.plusSeconds(5))).isEmpty();
        assertThat(sampler.lets(EventKind.REFUSED, now.plus(Duration.ofMillis(499)))).isFalse();
        assertThat(sampler.lets(EventKind.REFUSED, now.plus(Duration.ofMillis(500)))).isTrue();
    }

    @Test
    void the_log_gets_the_kinds_that_are_configured_in_the_form_that_is_configured()
            throws Exception {
        try (var watch = new Watch(InstantSource.system());
                var captured = new Captured()) {
            var config =
                    new LogConfig(
                            LogConfig.Format.JSON,
                            Set.of(EventKind.CONNECTED),
                            10,
                            java.util.Optional.empty());
            try (var _ = Logs.start(config, watch, InstantSource.system())) {
                watch.accept(TestEvents.refused("x"));
                watch.accept(TestEvents.connected());
                await().until(() -> !captured.lines().isEmpty());
            }
            assertThat(captured.lines())
                    .singleElement()
                    .satisfies(line ->
                            assertThat(STRICT.readTree(line).path("event").asString(""))
                                    .isEqualTo("connected"));
            LoggerFactory.getLogger("after").warn("text again");
            assertThat(captured.lines().getLast()).endsWith("WARN  after: text again");
        }
    }

    private static void logEachKind(String text) {
        var log = new EventLog(100);
        long number = 0;
        for (var event : TestEvents.eachKind(text)) {
            log.take(seen(number++, Instant.parse("2026-11-22T10:15:30.007Z"), event));
        }
    }

    private static boolean is(JsonNode row, String event) {
        return row.path("event").asString("").equals(event);
    }

    private static Seen seen(long number, Instant at, io.outrider.gate.GateEvent event) {
        return new Seen(number, at, EventKind.of(event), event);
    }

    /** The lines that this writes to the program's log in its JSON form. */
    private static List<String> json(Runnable logging) {
        try (var captured = new Captured();
                var _ = LogFormat.json()) {
            logging.run();
            return captured.lines();
        }
    }

    /** Writes in the text form of the configuration that we ship. */
    private static void text(
            ByteArrayOutputStream out, java.util.function.Consumer<org.slf4j.Logger> logging)
            throws Exception {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Checkout.root().resolve("server/src/main/resources/logback.xml").toFile());
        var console =
                (OutputStreamAppender<ILoggingEvent>)
                        context.getLogger("ROOT").getAppender("console");
        console.setOutputStream(out);
        logging.accept(context.getLogger("x"));
        context.stop();
    }

    /** What goes to the process's standard error meanwhile, where the log goes. */
    private static final class Captured implements AutoCloseable {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final PrintStream before = System.err;

        Captured() {
            System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        }

        List<String> lines() {
            return bytes.toString(StandardCharsets.UTF_8).lines().toList();
        }

        @Override
        public void close() {
            System.setErr(before);
        }
    }
}
