package io.outrider.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Peer;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsTest {
    private final Watch watch = new Watch(InstantSource.system());
    private Optional<Logs> logs = Optional.empty();
    private Optional<Metrics> metrics = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        Logs started = Logs.start(LogConfig.DEFAULT, watch, InstantSource.system());
        logs = Optional.of(started);
        metrics = Optional.of(new Metrics(watch, started, "1.2.3"));
    }

    @AfterEach
    void stop() {
        logs.ifPresent(Logs::close);
        watch.close();
    }

    @Test
    void ten_thousand_names_addresses_and_topics_make_no_more_series_than_ten() {
        knock(0, 10);
        var before = read();

        knock(10, 10_000);

        var after = read();
        assertThat(after.samples().keySet()).isEqualTo(before.samples().keySet());
        assertThat(after.samples()).hasSizeLessThan(300);
        String text = text();
        assertThat(text)
                .doesNotContain("fleet-", "truck-", "knock", "lake", "10.0.", "o1/", "secret-");
    }

    @Test
    void names_that_should_have_been_few_are_bounded_all_the_same() {
        for (int i = 0; i < 10_000; i++) {
            var peer = new Peer("192.0.2.1", i, "listener-" + i);
            watch.accept(
                    new GateEvent.Refused(
                            peer, "x", ReasonCode.BANNED, "no", "grant o1/acme/truck-" + i));
        }

        var read = read();

        assertThat(read.samples().keySet())
                .filteredOn(series -> series.startsWith("outrider_gate_events_total"))
                .hasSizeLessThanOrEqualTo(Tally.SETS_MAX + 1);
        assertThat(read.value("outrider_gate_events_total{event=\"other\",listener=\"other\"}"))
                .isEqualTo(10_000 - Tally.SETS_MAX);
        assertThat(
                        read.value(
                                "outrider_gate_refusals_total"
                                        + "{code=\"banned\",event=\"refused\",rule=\"other\"}"))
                .isEqualTo(10_000);
    }

    @Test
    void what_happened_is_counted_under_its_kind_code_rule_and_limit() {
        TestEvents.eachKind("x").forEach(watch);
        watch.accept(TestEvents.connected());
        watch.accept(TestEvents.connected());
        watch.accept(TestEvents.published(66));
        watch.accept(TestEvents.published(100));
        watch.accept(TestEvents.disconnected());

        var read = read();

        Map<String, Double> expected = new TreeMap<>();
        expected.put("outrider_gate_events_total{event=\"published\",listener=\"trackers\"}", 3.0);
        expected.put("outrider_gate_messages_total{kind=\"tracker\",qos=\"1\"}", 2.0);
        expected.put("outrider_gate_message_bytes_total{kind=\"tracker\"}", 166.0);
        expected.put("outrider_gate_messages_total{kind=\"client\",qos=\"2\"}", 1.0);
        expected.put("outrider_gate_limits_total{limit=\"topic\"}", 1.0);
        expected.put("outrider_gate_limits_total{limit=\"guesses\"}", 0.0);
        expected.put("outrider_gate_connections{kind=\"tracker\",listener=\"trackers\"}", 1.0);
        expected.put("outrider_gate_connections{kind=\"client\",listener=\"trackers\"}", 0.0);
        expected.put(
                "outrider_gate_admissions_total"
                        + "{kind=\"tracker\",method=\"certificate\",version=\"v5\"}",
                2.0);
        expected.put(
                "outrider_gate_disconnections_total{by=\"server\",code=\"quota_exceeded\"}", 1.0);
        expected.put("outrider_gate_disconnections_total{by=\"client\",code=\"none\"}", 1.0);
        expected.put(
                "outrider_gate_refusals_total{code=\"not_authorized\",event=\"denied\","
                        + "rule=\"deny by default\"}",
                1.0);
        expected.put("outrider_build_info{version=\"1.2.3\"}", 1.0);
        assertThat(read.samples()).containsAllEntriesOf(expected);
        assertThat(read.types())
                .containsEntry("outrider_gate_events_total", "counter")
                .containsEntry("outrider_gate_connections", "gauge");
    }

    @Test
    void the_machine_the_process_and_our_own_losses_are_told() {
        var read = read();

        assertThat(read.value("jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
        assertThat(read.value("jvm_threads_current")).isPositive();
        assertThat(read.value("process_cpu_seconds_total")).isPositive();
        assertThat(read.value("process_open_fds")).isPositive();
        assertThat(read.value("outrider_watch_dropped_total{subscriber=\"log\"}")).isZero();
        assertThat(read.value("outrider_log_suppressed_total")).isZero();
    }

    private String text() {
        return metrics.orElseThrow().text();
    }

    private PrometheusText read() {
        return PrometheusText.parse(text());
    }

    /** All kinds of events, each with a name, an address, a port and a topic of its own. */
    private void knock(int from, int to) {
        for (int i = from; i < to; i++) {
            var peer = new Peer("10.0.%d.%d".formatted(i / 256, i % 256), 1_024 + i, "trackers");
            var tracker =
                    new Identity.OfTracker(
                            new TrackerId("fleet-" + i, "truck-" + i),
                            i + 1,
                            Method.CERTIFICATE,
                            Instant.MAX);
            var client =
                    new Identity.OfClient(
                            "lake-" + i, i + 1, Method.PASSWORD, Instant.MAX, Optional.empty());
            String id = tracker.name();
            watch.accept(new GateEvent.HandshakeFailed(peer, "knock-" + i));
            watch.accept(
                    new GateEvent.Refused(
                            peer, "knock-" + i, ReasonCode.BANNED, id + " is banned", "standing"));
            watch.accept(new GateEvent.Connected(peer, tracker, id, MqttVersion.V5));
            watch.accept(new GateEvent.Connected(peer, client, client.name(), MqttVersion.V5));
            watch.accept(new GateEvent.Subscribed(peer, tracker, id, "o1/fleet/truck-" + i, 1));
            watch.accept(new GateEvent.Published(peer, tracker, id, "o1/fleet-" + i, i, 1, false));
            watch.accept(
                    new GateEvent.Denied(
                            peer,
                            client,
                            client.name(),
                            Operation.SUBSCRIBE,
                            "secret-" + i,
                            ReasonCode.NOT_AUTHORIZED,
                            "no grant covers secret-" + i,
                            "deny by default"));
            watch.accept(
                    new GateEvent.Limited(
                            peer, Optional.of(client), Limit.MESSAGE_RATE, "knock-" + i));
            watch.accept(new GateEvent.Withheld(peer, tracker, "knock-" + i));
            watch.accept(
                    new GateEvent.Disconnected(
                            peer, tracker, id, false, Optional.empty(), "knock-" + i));
        }
    }
}
