package io.outrider.watch;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Everything that can be measured, in the text format of Prometheus. What is read is read when it
 * is asked for. Safe for use by many threads.
 */
public final class Metrics {
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /**
     * With what the gate, the logs, the Java machine and the process have to tell.
     *
     * @param version of this build
     */
    public Metrics(Watch watch, Logs logs, String version) {
        Info.builder()
                .name("outrider_build_info")
                .help("Which build this is")
                .labelNames("version")
                .register(registry)
                .addLabelValues(version);
        gate(watch.counters());
        subscribers(watch);
        logs(logs);
        JvmMemoryMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    /** Adds a figure that rises and falls. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Adds figures that rise and fall, by one label whose values are known beforehand. */
    public void gauges(
            String name,
            String help,
            String label,
            Supplier<Map<String, ? extends Number>> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback ->
                        values.get()
                                .forEach((key, value) -> callback.call(value.doubleValue(), key)))
                .register(registry);
    }

    /** Adds a figure that only rises; {@code _total} is appended to its name. */
    public void counter(String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Adds figures that only rise, by one label whose values are known beforehand. */
    public void counters(
            String name,
            String help,
            String label,
            Supplier<Map<String, ? extends Number>> values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback ->
                        values.get()
                                .forEach((key, value) -> callback.call(value.doubleValue(), key)))
                .register(registry);
    }

    /** All of it as of now: {@link #CONTENT_TYPE}. */
    public String text() {
        var out = new ByteArrayOutputStream();
        try {
            writer.write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private void gate(GateCounters gate) {
        counter("outrider_gate_events", "Events at the gate", gate.events);
        counter("outrider_gate_refusals", "What was refused, by which rule", gate.refusals);
        counter("outrider_gate_admissions", "Connections that were let in", gate.admissions);
        counter("outrider_gate_disconnections", "Connections that ended", gate.disconnections);
        counter("outrider_gate_limits", "Limits that were reached", gate.limits);
        counter("outrider_gate_messages", "Messages that were taken", gate.messages);
        counter("outrider_gate_message_bytes", "Payload of these messages", gate.messageBytes);
        GaugeWithCallback.builder()
                .name("outrider_gate_connections")
                .help("Connections now")
                .labelNames(gate.connections.labels().toArray(String[]::new))
                .callback(callback ->
                        gate.connections.forEach(
                                (values, sum) -> callback.call(sum, values.toArray(String[]::new))))
                .register(registry);
    }

    private void counter(String name, String help, Tally tally) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(tally.labels().toArray(String[]::new))
                .callback(callback ->
                        tally.forEach(
                                (values, sum) -> callback.call(sum, values.toArray(String[]::new))))
                .register(registry);
    }

    private void subscribers(Watch watch) {
        CounterWithCallback.builder()
                .name("outrider_watch_dropped")
                .help("Events that a subscriber never got, because it was too slow")
                .labelNames("subscriber")
                .callback(callback ->
                        watch.subscriptions()
                                .forEach(it -> callback.call((double) it.dropped(), it.name())))
                .register(registry);
        CounterWithCallback.builder()
                .name("outrider_watch_failures")
                .help("Events at which a subscriber failed")
                .labelNames("subscriber")
                .callback(callback ->
                        watch.subscriptions()
                                .forEach(it -> callback.call((double) it.failed(), it.name())))
                .register(registry);
    }

    private void logs(Logs logs) {
        counter(
                "outrider_log_suppressed",
                "Events that are in the log only as a number, because there were too many",
                logs::suppressed);
        logs.syslog()
                .ifPresent(syslog -> {
                    counter(
                            "outrider_syslog_sent",
                            "Messages sent to the syslog receiver",
                            syslog::sent);
                    counter(
                            "outrider_syslog_suppressed",
                            "Events that were sent only as a number, because there were too many",
                            syslog::suppressed);
                    counter(
                            "outrider_syslog_connections",
                            "Connections made to the syslog receiver",
                            syslog::connections);
                    gauge(
                            "outrider_syslog_connected",
                            "1 while there is a connection to the syslog receiver",
                            () -> syslog.isConnected() ? 1 : 0);
                });
    }
}
