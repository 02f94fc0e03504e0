package io.outrider.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import io.outrider.gate.TestAuthority;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestDirectory;
import io.outrider.gate.TrustAnchorSet;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A broker on loopback with an authority and a registry that tests fill, and an inbox that tests
 * answer for.
 */
final class TestBroker implements AutoCloseable {
    /** Short where a test waits for it to pass. */
    static final Limits LIMITS = limits(Duration.ofMillis(500));

    /** The same for tests in which somebody says nothing after the handshake. */
    static final Limits IMPATIENT =
            TestLimits.of(
                    Map.of("connectTimeMax", Duration.ofSeconds(2)), Map.of(), Map.of(), Map.of());

    final TestAuthority authority = new TestAuthority("ours");
    final TestDirectory registry = new TestDirectory();
    final List<GateEvent> events = new CopyOnWriteArrayList<>();
    final List<Inbound> received = new CopyOnWriteArrayList<>();
    final Path directory;
    private final Limits limits;

    /** Why connections ended, in the order in which they did. */
    final BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();

    /** What the inbox says next. */
    volatile Inbox inbox = acknowledging();

    private @Nullable Broker running;

    TestBroker(Path directory) {
        this(directory, LIMITS);
    }

    private TestBroker(Path directory, Limits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    static TestBroker started(Path directory) throws BrokerException {
        return started(directory, LIMITS);
    }

    /** With these limits, and with a second listener, "web", for WebSockets from these origins. */
    static TestBroker startedForBrowsers(Path directory, Limits limits, Set<String> origins)
            throws BrokerException {
        var broker = new TestBroker(directory, limits);
        var extension =
                new GateExtension(
                        broker.gate(), broker.policy(), Optional.empty(), broker.events::add);
        broker.running =
                Broker.start(
                        broker.with("web", ListenerConfig.Kind.WEBSOCKET, origins),
                        broker.gate(),
                        broker.policy(),
                        broker.inbox(),
                        broker.events::add,
                        extension,
                        extension);
        return broker;
    }

    /** With these limits, and with a second listener, "credentials", for passwords and tokens. */
    static TestBroker startedForCredentials(Path directory, Limits limits, Verifiers verifiers)
            throws BrokerException {
        var broker = new TestBroker(directory, limits);
        return broker.start(
                broker.with("credentials", ListenerConfig.Kind.CREDENTIALS, Set.of()),
                broker.policy(),
                Optional.of(verifiers));
    }

    /** With these limits. */
    static TestBroker started(Path directory, Limits limits) throws BrokerException {
        var broker = new TestBroker(directory, limits);
        return broker.start(broker.config(), broker.policy(), Optional.empty());
    }

    /** That believes another authority, too. */
    static TestBroker startedBelieving(Path directory, CertificatePolicy.Foreign other)
            throws BrokerException {
        var broker = new TestBroker(directory);
        return broker.start(broker.config(), broker.policy(other), Optional.empty());
    }

    /** Whose sessions have this clock. */
    static TestBroker started(Path directory, LongSupplier nanoTime) throws BrokerException {
        var broker = new TestBroker(directory);
        var extension =
                new GateExtension(
                        broker.gate(),
                        broker.policy(),
                        Optional.empty(),
                        broker.events::add,
                        nanoTime);
        broker.running =
                Broker.start(
                        broker.config(),
                        broker.gate(),
                        broker.policy(),
                        broker.inbox(),
                        broker.events::add,
                        extension,
                        extension);
        return broker;
    }

    private TestBroker start(
            BrokerConfig config, CertificatePolicy policy, Optional<Verifiers> verifiers)
            throws BrokerException {
        running = Broker.start(config, gate(), policy, verifiers, inbox(), events::add);
        return this;
    }

    private BrokerConfig with(String name, ListenerConfig.Kind kind, Set<String> origins) {
        BrokerConfig config = config();
        ListenerConfig plain = config.listeners().getFirst();
        var second = new ListenerConfig(name, kind, "127.0.0.1", 0, plain.tls(), origins);
        return new BrokerConfig(directory.resolve("engine"), List.of(plain, second));
    }

    static Inbox acknowledging() {
        return _ -> CompletableFuture.completedFuture(new Outcome.Acknowledged());
    }

    private static Limits limits(Duration withheldTime) {
        var d = Limits.DEFAULT;
        return new Limits(
                d.connecting(),
                d.packets(),
                d.sessions(),
                d.rates(),
                new Limits.Answers(d.answers().outcomeTimeMax(), withheldTime));
    }

    BrokerConfig config() {
        try {
            Path tls = Files.createDirectories(directory.resolve("tls"));
            return at(
                    new TlsStores(
                            authority
                                    .server()
                                    .writeStore(tls.resolve("server.p12"), authority.root()),
                            TestAuthority.PASSPHRASE,
                            authority.writeTrustStore(tls.resolve("trust.p12")),
                            TestAuthority.TRUST_PASSPHRASE),
                    0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** With one listener, for certificates. */
    BrokerConfig at(TlsStores tls, int port) {
        var listener =
                new ListenerConfig(
                        "mqtt", ListenerConfig.Kind.CERTIFICATES, "127.0.0.1", port, tls, Set.of());
        return new BrokerConfig(directory.resolve("engine"), List.of(listener));
    }

    Gate gate() {
        return new Gate(TestAuthority.INSTALLATION, limits, registry, InstantSource.system());
    }

    CertificatePolicy policy(CertificatePolicy.Foreign... foreign) {
        var own = new TrustAnchorSet(List.of(authority.root()), List.of(), Optional.empty());
        return new CertificatePolicy(
                TestAuthority.INSTALLATION, _ -> Optional.empty(), () -> own, List.of(foreign));
    }

    Inbox inbox() {
        return inbound -> {
            Inbox now = inbox; // before a test sees the message, and changes what is said next
            received.add(inbound);
            return now.accept(inbound);
        };
    }

    Broker broker() {
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running;
    }

    int port() {
        return broker().port("mqtt");
    }

    /** Issues a certificate to a tracker and enters it in the registry. */
    Credential enrol(String id, long number) {
        var credential = authority.tracker(id);
        registry.enrol(TrackerId.parse(id).orElseThrow(), number, credential.keyHash());
        return credential;
    }

    /** Issues a certificate to a client and gives it grants. */
    Credential enrolClient(String name, long number, Grant... grants) {
        var credential = authority.client(name);
        registry.grant(name, number, credential.keyHash(), grants);
        return credential;
    }

    static Grant mayPublish(String filter) {
        return new Grant(Operation.PUBLISH, TopicFilter.parse(filter).orElseThrow());
    }

    static Grant maySubscribe(String filter) {
        return new Grant(Operation.SUBSCRIBE, TopicFilter.parse(filter).orElseThrow());
    }

    /** A client that presents this certificate and trusts this broker. */
    Mqtt5BlockingClient client(Credential credential, String clientId) {
        return clientBuilder(credential).identifier(clientId).buildBlocking();
    }

    Mqtt5ClientBuilder clientBuilder(Credential credential) {
        return clientBuilder(credential, port());
    }

    Mqtt5ClientBuilder clientBuilder(Credential credential, int port) {
        return MqttClient.builder()
                .useMqttVersion5()
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig(ssl(credential))
                .addDisconnectedListener(context -> ends.add(context.getCause()));
    }

    /** Waits for the next connection to end, and tells the code of the server's DISCONNECT. */
    int nextDisconnectCode() {
        try {
            Throwable end = ends.poll(20, TimeUnit.SECONDS);
            if (end instanceof Mqtt5DisconnectException disconnect) {
                return disconnect.getMqttMessage().getReasonCode().getCode();
            }
            throw new AssertionError("no DISCONNECT of the server's", end);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    MqttClientSslConfig ssl(Credential credential) {
        return ssl(Optional.of(credential));
    }

    /** That shows this certificate or none. */
    MqttClientSslConfig ssl(Optional<Credential> credential) {
        try {
            var keys = emptyStore();
            if (credential.isPresent()) {
                keys.setKeyEntry(
                        "key",
                        credential.get().key().getPrivate(),
                        TestAuthority.PASSPHRASE,
                        new Certificate[] {credential.get().certificate()});
            }
            var trust = emptyStore();
            trust.setCertificateEntry("root", authority.root());
            var keyManagers = KeyManagerFactory.getInstance("PKIX");
            keyManagers.init(keys, TestAuthority.PASSPHRASE);
            var trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(trust);
            return MqttClientSslConfig.builder()
                    .keyManagerFactory(keyManagers)
                    .trustManagerFactory(trustManagers)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public void close() throws BrokerException {
        if (running != null) {
            running.close();
        }
    }
}
