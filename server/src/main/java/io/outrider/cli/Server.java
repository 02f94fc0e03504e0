package io.outrider.cli;

import io.outrider.authority.EnrolmentServer;
import io.outrider.authority.KeyStoreFile;
import io.outrider.broker.Broker;
import io.outrider.broker.BrokerException;
import io.outrider.check.Checks;
import io.outrider.dashboard.Accounts;
import io.outrider.dashboard.Dashboard;
import io.outrider.dashboard.FleetSource;
import io.outrider.dashboard.MetricsSource;
import io.outrider.dashboard.PositionSource;
import io.outrider.fleet.Registry;
import io.outrider.fleet.RegistryWatch;
import io.outrider.fleet.RightsChange;
import io.outrider.gate.Gate;
import io.outrider.intake.Intake;
import io.outrider.intake.IntakeLimits;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import io.outrider.watch.Logs;
import io.outrider.watch.Metrics;
import io.outrider.watch.Watch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole server in one process, put together in the order in which data flows. */
final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final Deque<AutoCloseable> parts;
    private final Operations operations;
    private final Optional<String> setUpToken;
    private final boolean isPassphraseNew;

    private Server(
            Deque<AutoCloseable> parts,
            Operations operations,
            Optional<String> setUpToken,
            boolean isPassphraseNew) {
        this.parts = parts;
        this.operations = operations;
        this.setUpToken = setUpToken;
        this.isPassphraseNew = isPassphraseNew;
    }

    /**
     * Starts to serve; the caller holds the directory's lock. What the directory lacks is made.
     *
     * @throws OperatorException where anything of it cannot start; nothing listens then
     */
    static Server start(DataDirectory directory, Config config, InstantSource clock)
            throws OperatorException {
        try (var opened = new Opened()) {
            Backend backend = opened.add(Backend.open(directory, config, clock));
            Registry registry = backend.registry();
            var intake =
                    opened.add(
                            new Intake(
                                    registry,
                                    backend.store(),
                                    backend.keys().sealingKeys(),
                                    backend.keys().commandKey(),
                                    Checks.all(),
                                    IntakeLimits.DEFAULT));
            Watch watch = opened.add(new Watch(clock));
            Logs logs = opened.add(Logs.start(config.log(), watch, clock));
            var gate =
                    new Gate(
                            config.installation(),
                            OpenFiles.fit(config.limits()),
                            new RegistryDirectory(registry),
                            clock);
            var front = new MqttFront(directory, config, backend, clock);
            EnrolmentServer enrolment =
                    opened.add(
                            EnrolmentServer.start(
                                    backend.authority(), socket(config.enrolment()), clock));
            opened.add(backend.authority().renewDaily());

            Accounts accounts =
                    opened.add(Accounts.open(directory.accountsFile(), clock, new SecureRandom()));
            var registryWatch = opened.add(RegistryWatch.start(registry));
            var metrics =
                    ServerMetrics.of(
                            config, watch, logs, backend, registryWatch, enrolment, front, clock);
            opened.add(startDashboard(config, backend, accounts, metrics, clock));

            // Behind all that may fail to start, so that no tracker meets a server that ends again.
            Broker broker = front.start(opened, gate, new Inlet(intake, clock), watch);
            registry.onChange(change -> heard(broker, change));

            Instant since = clock.instant();
            var operations =
                    new WatchOperations(
                            new ServerOperations(
                                    backend,
                                    config,
                                    clock,
                                    () -> serving(config, since, watch, enrolment),
                                    () -> Alarms.of(registryWatch, front)),
                            watch,
                            accounts);
            opened.add(ControlServer.start(directory.socket(), operations));
            opened.add(operations); // whoever follows the events is told that they end
            Optional<String> setUpToken =
                    accounts.isEmpty() ? Optional.of(accounts.newSetUpToken()) : Optional.empty();
            return new Server(opened.keep(), operations, setUpToken, backend.isPassphraseNew());
        } catch (IOException | SQLException e) {
            throw new OperatorException(
                    "cannot start (" + e.getMessage() + ")",
                    "Check the disk, the addresses and ports, and any file that is named here;"
                            + " a backup may have it.",
                    e);
        }
    }

    Operations operations() {
        return operations;
    }

    /**
     * Opens the page where the administrator sets their password; there as long as there is no
     * administrator.
     */
    Optional<String> setUpToken() {
        return setUpToken;
    }

    /** Whether the passphrase was made at this start and lies in the data directory. */
    boolean isPassphraseNew() {
        return isPassphraseNew;
    }

    /** Stops listening, answers and commits what is under way, and closes everything. */
    @Override
    public void close() {
        Opened.close(parts);
    }

    private static Dashboard startDashboard(
            Config config, Backend backend, Accounts accounts, Metrics metrics, InstantSource clock)
            throws IOException, OperatorException {
        Dashboard dashboard;
        try (KeyStoreFile keys = backend.authority().serverKeyStore()) {
            dashboard =
                    Dashboard.start(
                            new Dashboard.Address(
                                    config.dashboard().address().getHostAddress(),
                                    config.dashboard().port()),
                            keys.load(),
                            keys.passwordCharacters(),
                            accounts,
                            PositionSource.of(backend.store()),
                            FleetSource.of(backend.registry()),
                            () -> new MetricsSource.Page(Metrics.CONTENT_TYPE, metrics.text()),
                            clock);
        }
        backend.authority().onServerCertificateRenewed(() -> renew(dashboard, backend));
        return dashboard;
    }

    private static void renew(Dashboard dashboard, Backend backend) {
        try (KeyStoreFile keys = backend.authority().serverKeyStore()) {
            dashboard.replaceKeys(keys.load(), keys.passwordCharacters());
        } catch (IOException | OperatorException e) {
            log.error("The dashboard keeps its old certificate until the next start", e);
        }
    }

    private static void heard(Broker broker, RightsChange change) {
        switch (change) {
            case RightsChange.Removed(var who) -> cutOff(broker, who, "removed");
            case RightsChange.Quarantined(var who, _) -> cutOff(broker, who, "quarantined");
            case RightsChange.Revoked(var who, _) -> cutOff(broker, who, "revoked");
            case RightsChange.MethodsChanged(var who, _) -> cutOff(broker, who, "methods changed");
            case RightsChange.PasswordChanged(var who) -> cutOff(broker, who, "password changed");
            case RightsChange.KeyChanged(var who) -> cutOff(broker, who, "key changed");
            case RightsChange.GrantsChanged(var who) ->
                    act(who, "grants changed", () -> broker.recheckClient(who.name()));
            case RightsChange.Released _ -> {
                // It was cut off when it was quarantined, and comes by itself.
            }
        }
    }

    private static void cutOff(Broker broker, RightsChange.Who who, String why) {
        act(
                who,
                why,
                () -> {
                    switch (who.kind()) {
                        case TRACKER ->
                                broker.disconnect(TrackerId.parse(who.name()).orElseThrow(), why);
                        case CLIENT -> broker.cutOffClient(who.name(), why);
                    }
                });
    }

    private interface OnBroker {
        void run() throws BrokerException;
    }

    private static void act(RightsChange.Who who, String why, OnBroker action) {
        try {
            action.run();
        } catch (BrokerException e) {
            // The gate asks the registry at each step, so it can do nothing any more.
            log.error("{}: {}, but its connection is still open", who.name(), why, e);
        }
    }

    private static Map<String, Object> serving(
            Config config, Instant since, Watch watch, EnrolmentServer enrolment) {
        var serving = new LinkedHashMap<String, Object>();
        serving.put("servingSince", since.toString());
        LegacyNote.put(serving, config);
        serving.put("gate", watch.counts());
        serving.put("enrolment", enrolment.counts());
        return serving;
    }

    private static InetSocketAddress socket(Endpoint endpoint) {
        return new InetSocketAddress(endpoint.address(), endpoint.port());
    }
}
