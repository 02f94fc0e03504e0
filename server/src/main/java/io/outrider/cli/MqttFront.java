package io.outrider.cli;

import io.outrider.authority.KeyStoreFile;
import io.outrider.broker.Broker;
import io.outrider.broker.BrokerConfig;
import io.outrider.broker.BrokerException;
import io.outrider.broker.ListenerConfig;
import io.outrider.broker.TlsStores;
import io.outrider.broker.Verifiers;
import io.outrider.credential.DecoyKey;
import io.outrider.credential.Guesses;
import io.outrider.credential.IssuerStatus;
import io.outrider.credential.PasswordSource;
import io.outrider.credential.Passwords;
import io.outrider.credential.Scram;
import io.outrider.credential.StoredPassword;
import io.outrider.credential.TokenIssuer;
import io.outrider.credential.TokenIssuers;
import io.outrider.fleet.Registry;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Gate;
import io.outrider.gate.RevocationListFile;
import io.outrider.gate.TrustAnchorSet;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.keys.OperatorException;
import io.outrider.seal.Secret;
import io.outrider.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker with all that it asks, put together from the configuration. */
final class MqttFront {
    private static final Logger log = LoggerFactory.getLogger(MqttFront.class);

    /** Argon2id computations at once, and how many may wait: seconds of work, not minutes. */
    private static final int PASSWORDS_AT_ONCE = 2;

    private static final int PASSWORDS_WAITING_MAX = 256;

    private final DataDirectory directory;
    private final Config config;
    private final Backend backend;
    private final InstantSource clock;
    private final CertificatePolicy certificates;
    private volatile Optional<TokenIssuers> tokens = Optional.empty(); // read for the metrics

    MqttFront(DataDirectory directory, Config config, Backend backend, InstantSource clock) {
        this.directory = directory;
        this.config = config;
        this.backend = backend;
        this.clock = clock;
        this.certificates = certificates(config, backend);
    }

    /**
     * Starts it.
     *
     * @param opened closes, in order, what was opened
     */
    Broker start(Opened opened, Gate gate, Inlet inlet, Watch watch) throws OperatorException {
        Optional<Verifiers> verifiers =
                config.mqttCredentials().isPresent() || config.webSocket().isPresent()
                        ? Optional.of(verifiers(opened))
                        : Optional.empty();
        try (KeyStoreFile keys = backend.authority().serverKeyStore();
                KeyStoreFile trust = backend.authority().trustStore()) {
            char[] keysPassword = keys.passwordCharacters();
            char[] trustPassword = trust.passwordCharacters();
            var tls = new TlsStores(keys.file(), keysPassword, trust.file(), trustPassword);
            Optional<TlsStores> legacy =
                    config.mqttLegacy().isPresent()
                            ? Optional.of(legacy(trust.file(), trustPassword))
                            : Optional.empty();
            Arrays.fill(keysPassword, ' ');
            Arrays.fill(trustPassword, ' ');
            return opened.add(
                    Broker.start(
                            new BrokerConfig(
                                    directory.path().resolve("broker"), listeners(tls, legacy)),
                            gate,
                            certificates,
                            verifiers,
                            inlet,
                            watch));
        } catch (IOException e) {
            throw new OperatorException(
                    "the keys of the listeners cannot be had (" + e.getMessage() + ")",
                    "Check the disk and the folder keys.",
                    e);
        } catch (BrokerException e) {
            throw new OperatorException(
                    "the broker cannot start (" + e.getMessage() + ")",
                    "Is a port taken? Set mqtt.port and the others in outrider.yaml.",
                    e);
        }
    }

    /** How the keys of each issuer of tokens stand; none where no listener takes tokens. */
    List<IssuerStatus> issuers() {
        return tokens.map(TokenIssuers::status).orElse(List.of());
    }

    /** How the revocation lists of the operator's other authorities stand. */
    List<RevocationListFile.Status> revocationLists() {
        return certificates.revocationLists(clock.instant());
    }

    /** The key of the listener for old modems, which is marked wherever somebody looks. */
    private TlsStores legacy(Path trustStore, char[] trustPassword)
            throws IOException, OperatorException {
        log.warn("{}", LegacyNote.of(config).orElseThrow());
        try (KeyStoreFile keys = backend.authority().legacyKeyStore()) {
            char[] password = keys.passwordCharacters();
            var stores = new TlsStores(keys.file(), password, trustStore, trustPassword);
            Arrays.fill(password, ' ');
            return stores;
        }
    }

    private List<ListenerConfig> listeners(TlsStores tls, Optional<TlsStores> legacy) {
        var listeners = new ArrayList<ListenerConfig>();
        listeners.add(
                listener("mqtt", ListenerConfig.Kind.CERTIFICATES, config.mqtt(), tls, Set.of()));
        config.mqttCredentials()
                .ifPresent(at ->
                        listeners.add(
                                listener(
                                        "mqtt-credentials",
                                        ListenerConfig.Kind.CREDENTIALS,
                                        at,
                                        tls,
                                        Set.of())));
        config.mqttLegacy()
                .ifPresent(at ->
                        listeners.add(
                                listener(
                                        "mqtt-legacy",
                                        ListenerConfig.Kind.LEGACY,
                                        at,
                                        legacy.orElseThrow(),
                                        Set.of())));
        config.webSocket()
                .ifPresent(at ->
                        listeners.add(
                                listener(
                                        "websocket",
                                        ListenerConfig.Kind.WEBSOCKET,
                                        at.endpoint(),
                                        tls,
                                        Set.copyOf(at.origins()))));
        return listeners;
    }

    private static ListenerConfig listener(
            String name,
            ListenerConfig.Kind kind,
            Endpoint at,
            TlsStores tls,
            Set<String> origins) {
        return new ListenerConfig(
                name, kind, at.address().getHostAddress(), at.port(), tls, origins);
    }

    /** Our own authority, and those that the operator has named. */
    private static CertificatePolicy certificates(Config config, Backend backend) {
        var authority = backend.authority();
        return new CertificatePolicy(
                config.installation(),
                backend.registry()::issuedCertificate,
                () ->
                        new TrustAnchorSet(
                                List.of(authority.root()),
                                authority.certificatesOfCa(),
                                Optional.empty()),
                config.trust().accepted());
    }

    private Verifiers verifiers(Opened opened) throws OperatorException {
        PasswordSource source = passwords(backend.registry());
        var passwords = opened.add(new Passwords(source, PASSWORDS_AT_ONCE, PASSWORDS_WAITING_MAX));
        List<TokenIssuer> issuers =
                Stream.concat(
                                Stream.of(
                                        OwnTokens.believed(
                                                config,
                                                OwnTokens.signer(config, backend.keys(), clock))),
                                config.issuers().stream())
                        .toList();
        TokenIssuers believed = opened.add(TokenIssuers.open(issuers, clock, MqttFront::tell));
        tokens = Optional.of(believed);
        return new Verifiers(
                passwords,
                new Scram(source, decoy(), new SecureRandom()),
                believed,
                new Guesses(Guesses.Limits.GENERATED, clock));
    }

    private DecoyKey decoy() throws OperatorException {
        try (Secret secret = backend.keys().decoySaltSecret()) {
            return secret.exposeTo(DecoyKey::copyOf);
        } catch (KeyUnavailableException e) {
            throw new OperatorException(
                    "cannot open the secret of unknown names' salts (" + e.getMessage() + ")",
                    "Look at the files in keys; a backup may have them.",
                    e);
        }
    }

    private static PasswordSource passwords(Registry registry) {
        return name -> registry.storedPassword(name).flatMap(StoredPassword::parse);
    }

    private static void tell(IssuerStatus status) {
        if (status.usable()) {
            log.info("Tokens of {} are taken: {} keys", status.issuer(), status.keyCount());
        }
        for (String trouble : status.troubles()) {
            log.warn(
                    "Tokens of {}{}: {}",
                    status.issuer(),
                    status.usable() ? "" : " let nobody in",
                    trouble);
        }
    }
}
