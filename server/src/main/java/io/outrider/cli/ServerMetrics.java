package io.outrider.cli;

import io.outrider.authority.EnrolmentServer;
import io.outrider.authority.KeyStoreFile;
import io.outrider.credential.IssuerStatus;
import io.outrider.fleet.Client;
import io.outrider.fleet.Grant;
import io.outrider.fleet.RegistryWatch;
import io.outrider.fleet.Tracker;
import io.outrider.gate.RevocationListFile;
import io.outrider.keys.OperatorException;
import io.outrider.store.Counts;
import io.outrider.store.Health;
import io.outrider.topic.Channel;
import io.outrider.topic.TopicFilter;
import io.outrider.watch.Logs;
import io.outrider.watch.Metrics;
import io.outrider.watch.Watch;
import java.io.IOException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of a server have to tell to {@code /metrics}. Names no tracker and no client. */
final class ServerMetrics {
    private static final Logger log = LoggerFactory.getLogger(ServerMetrics.class);

    private final Backend backend;
    private final InstantSource clock;
    private Map<String, Long> expiry = Map.of(); // guarded by this
    private Instant expiryRead = Instant.MIN; // guarded by this

    private ServerMetrics(Backend backend, InstantSource clock) {
        this.backend = backend;
        this.clock = clock;
    }

    static Metrics of(
            Config config,
            Watch watch,
            Logs logs,
            Backend backend,
            RegistryWatch registryWatch,
            EnrolmentServer enrolment,
            MqttFront front,
            InstantSource clock) {
        var metrics = new Metrics(watch, logs, Main.Version.text());
        var it = new ServerMetrics(backend, clock);
        metrics.gauge(
                "outrider_legacy_listeners",
                "Listeners for old modems: TLS 1.2 and RSA",
                () -> config.mqttLegacy().isPresent() ? 1 : 0);
        it.store(metrics);
        it.registry(metrics);
        metrics.gauge(
                "outrider_registry_usable",
                "1 where the registry's file is in order, 0 where only what is in memory is",
                () -> registryWatch.trouble().isEmpty() ? 1 : 0);
        metrics.counters(
                "outrider_enrolment_requests",
                "Wishes to enrol since the start, by outcome",
                "outcome",
                enrolment::counts);
        metrics.gauges(
                "outrider_certificate_expiry_timestamp_seconds",
                "When a certificate of this installation ends, as Unix time",
                "certificate",
                it::expiry);
        issuers(metrics, front::issuers);
        revocationLists(metrics, front::revocationLists);
        return metrics;
    }

    /** Each stands in the configuration, so there are few. */
    private static void issuers(Metrics metrics, Supplier<List<IssuerStatus>> issuers) {
        metrics.gauges(
                "outrider_token_issuer_usable",
                "1 where an issuer's tokens let anybody in, 0 where its keys cannot be had",
                "issuer",
                () -> ofEach(issuers, IssuerStatus::issuer, its -> its.usable() ? 1 : 0));
        metrics.gauges(
                "outrider_token_issuer_keys",
                "Keys of an issuer that can be used",
                "issuer",
                () -> ofEach(issuers, IssuerStatus::issuer, IssuerStatus::keyCount));
    }

    /** Likewise. */
    private static void revocationLists(
            Metrics metrics, Supplier<List<RevocationListFile.Status>> lists) {
        metrics.gauges(
                "outrider_revocation_list_usable",
                "1 where the list is of now and its authority's, 0 where somebody of it cannot get in",
                "file",
                () -> ofEach(lists, ServerMetrics::file, its -> its.trouble().isEmpty() ? 1 : 0));
        metrics.gauges(
                "outrider_revocation_list_next_update_timestamp_seconds",
                "When the list gets too old, as Unix time; 0 where it is of no use",
                "file",
                () ->
                        ofEach(
                                lists,
                                ServerMetrics::file,
                                its -> its.nextUpdate().map(Instant::getEpochSecond).orElse(0L)));
    }

    private static String file(RevocationListFile.Status list) {
        return list.file().toString();
    }

    private static <T> Map<String, Number> ofEach(
            Supplier<List<T>> all, Function<T, String> name, Function<T, Number> figure) {
        var figures = new TreeMap<String, Number>();
        // The worst, where one name stands for several.
        all.get()
                .forEach(one ->
                        figures.merge(
                                name.apply(one),
                                figure.apply(one),
                                (a, b) -> a.longValue() < b.longValue() ? a : b));
        return figures;
    }

    private void store(Metrics metrics) {
        metrics.counters(
                "outrider_positions",
                "Positions since the installation, by what became of them",
                "outcome",
                () -> {
                    Counts counts = backend.store().counts();
                    return Map.of(
                            "accepted", counts.accepted(),
                            "duplicate", counts.duplicate(),
                            "late", counts.late(),
                            "doubted", counts.doubted(),
                            "dropped", counts.dropped());
                });
        metrics.gauge(
                "outrider_positions_missing",
                "Positions that are missing now, of all journals",
                () -> backend.store().counts().gaps());
        metrics.counters(
                "outrider_reports",
                "Reports since the installation",
                "outcome",
                () -> {
                    Counts counts = backend.store().counts();
                    return Map.of(
                            "accepted", counts.reports(), "duplicate", counts.reportsDuplicate());
                });
        metrics.counters(
                "outrider_epochs",
                "Epoch announcements since the installation",
                "outcome",
                () -> {
                    Counts counts = backend.store().counts();
                    return Map.of(
                            "accepted", counts.epochs(), "duplicate", counts.epochsDuplicate());
                });
        metrics.counters(
                "outrider_messages_refused",
                "Messages that the intake refused since the installation, by reason",
                "reason",
                () -> backend.store().counts().refused());
        metrics.gauges(
                "outrider_store_state",
                "1 for the state that the store is in",
                "state",
                this::storeState);
        metrics.gauge(
                "outrider_store_waiting",
                "Positions and writes that wait for a commit",
                () -> backend.store().health().waiting());
    }

    private Map<String, Integer> storeState() {
        Health.State now = backend.store().health().state();
        var states = new TreeMap<String, Integer>();
        for (Health.State state : Health.State.values()) {
            states.put(lower(state), state == now ? 1 : 0);
        }
        return states;
    }

    private void registry(Metrics metrics) {
        metrics.gauges(
                "outrider_trackers",
                "Trackers in the registry, by how far they have come and how they stand",
                "state",
                this::trackers);
        metrics.gauge(
                "outrider_clients",
                "Clients in the registry",
                () -> backend.registry().clients().size());
        metrics.gauge(
                "outrider_clients_reaching_trackers",
                "Clients with a grant that reaches topics of trackers",
                () ->
                        backend.registry().clients().stream()
                                .filter(ServerMetrics::reachesTrackers)
                                .count());
    }

    private Map<String, Integer> trackers() {
        var states = new TreeMap<String, Integer>();
        for (String state : List.of("invited", "active", "quarantined", "revoked")) {
            states.put(state, 0);
        }
        for (Tracker tracker : backend.registry().trackers()) {
            String state =
                    switch (tracker.standing()) {
                        case QUARANTINED, REVOKED -> lower(tracker.standing());
                        case ACTIVE ->
                                tracker.state() instanceof Tracker.Invited ? "invited" : "active";
                    };
            states.merge(state, 1, Integer::sum);
        }
        return states;
    }

    static boolean reachesTrackers(Client client) {
        return client.grants().stream().map(Grant::filter).anyMatch(ServerMetrics::reachesTrackers);
    }

    /** Whether some {@code o1/FLEET/TRACKER/CHANNEL} is matched. */
    private static boolean reachesTrackers(TopicFilter filter) {
        List<String> levels = filter.levels();
        for (int i = 0; i < 4; i++) {
            if (i < levels.size() && levels.get(i).equals("#")) {
                return true;
            }
            if (i == levels.size() || !isTrackers(i, levels.get(i))) {
                return false;
            }
        }
        return levels.size() == 4 || levels.get(4).equals("#");
    }

    private static boolean isTrackers(int index, String level) {
        return level.equals("+")
                || switch (index) {
                    case 0 -> level.equals("o1");
                    case 3 ->
                            List.of(Channel.values()).stream()
                                    .anyMatch(channel -> channel.topicLevel().equals(level));
                    default -> true; // any name
                };
    }

    /** Read again after a while: opening the file takes a key derivation. */
    private synchronized Map<String, Long> expiry() {
        Instant now = clock.instant();
        if (now.isBefore(expiryRead.plus(Duration.ofMinutes(10)))) {
            return expiry;
        }
        try (KeyStoreFile file = backend.authority().serverKeyStore()) {
            expiry = expiry(file.load());
            expiryRead = now;
        } catch (IOException | KeyStoreException | OperatorException e) {
            log.warn("The server's certificate cannot be read for the metrics", e);
        }
        return expiry;
    }

    /** Leaf, issuing CA, root. */
    private static Map<String, Long> expiry(KeyStore store) throws KeyStoreException {
        var names = List.of("server", "issuing", "root");
        var expiry = new TreeMap<String, Long>();
        for (String alias : Collections.list(store.aliases())) {
            Certificate[] chain = store.getCertificateChain(alias);
            for (int i = 0; chain != null && i < Math.min(chain.length, names.size()); i++) {
                if (chain[i] instanceof X509Certificate certificate) {
                    expiry.put(
                            names.get(i), certificate.getNotAfter().toInstant().getEpochSecond());
                }
            }
        }
        return expiry;
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }
}
