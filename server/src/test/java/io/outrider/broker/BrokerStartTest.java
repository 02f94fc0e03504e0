package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import io.outrider.cli.FreePorts;
import io.outrider.gate.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a broker needs to start, and what it leaves behind. */
@Timeout(120)
class BrokerStartTest {
    @TempDir Path directory;

    @Test
    void stores_that_cannot_be_used_are_refused_before_anything_listens() throws Exception {
        var parts = new TestBroker(directory);
        var good = parts.config().listeners().getFirst().tls();
        Path empty = emptyStore();

        char[] wrong = "wrong".toCharArray();
        char[] key = TestAuthority.PASSPHRASE;
        char[] trust = TestAuthority.TRUST_PASSPHRASE;
        Path keys = good.keyStore();
        Path anchors = good.trustStore();

        assertRefused(parts, stores(directory.resolve("no.p12"), anchors), "no.p12");
        assertRefused(parts, stores(keys, directory.resolve("no.p12")), "no.p12");
        assertRefused(parts, stores(keys, empty), "holds no authority");
        assertRefused(parts, new TlsStores(anchors, trust, anchors, trust), "holds 0 keys");
        assertRefused(parts, new TlsStores(keys, wrong, anchors, trust), "server.p12 cannot");
        assertRefused(parts, new TlsStores(keys, key, anchors, wrong), "trust.p12 cannot");
    }

    @Test
    void a_passphrase_that_the_engine_would_misread_is_refused() {
        char[] good = TestAuthority.PASSPHRASE;
        for (String text : new String[] {"", " a", "a ", "a\n", "ä"}) {
            char[] bad = text.toCharArray();
            assertThatThrownBy(() -> new TlsStores(directory, bad, directory, good))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new TlsStores(directory, good, directory, bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_port_that_is_taken_is_refused() throws Exception {
        var parts = new TestBroker(directory);
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config =
                    at(parts, parts.config().listeners().getFirst().tls(), taken.getLocalPort());

            assertThatThrownBy(() ->
                            Broker.start(
                                    config,
                                    parts.gate(),
                                    parts.policy(),
                                    Optional.empty(),
                                    parts.inbox(),
                                    _ -> {}))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("cannot have 127.0.0.1:");
        }
    }

    @Test
    void code_that_somebody_has_left_for_the_engine_is_not_loaded() throws Exception {
        var parts = new TestBroker(directory);
        Path extensions = parts.config().directory().resolve("extensions");
        Files.createDirectories(extensions.resolve("allow-all"));

        assertThatThrownBy(() ->
                        Broker.start(
                                parts.config(),
                                parts.gate(),
                                parts.policy(),
                                Optional.empty(),
                                parts.inbox(),
                                _ -> {}))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("is not empty");
    }

    @Test
    void the_passphrase_is_in_no_log_no_file_and_no_property_and_the_engine_is_quiet()
            throws Exception {
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(log);
        String[] passphrases = {
            new String(TestAuthority.PASSPHRASE), new String(TestAuthority.TRUST_PASSPHRASE),
        };
        try (var parts = TestBroker.started(directory)) {
            var engine = parts.config().directory();

            for (String name : new String[] {"conf", "data", "extensions"}) {
                assertThat(isPrivate(engine.resolve(name))).as(name).isTrue();
            }
            for (Path file : files(engine)) {
                if (Files.isRegularFile(file)) {
                    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(passphrases);
                }
            }
            assertThat(System.getProperties().toString()).doesNotContain(passphrases);
            assertThat(parts.config().toString()).doesNotContain(passphrases);
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line -> assertThat(line).doesNotContain(passphrases));
        assertThat(log.list)
                .filteredOn(event -> event.getLoggerName().startsWith("com.hivemq"))
                .extracting(ILoggingEvent::getLevel)
                .doesNotContain(Level.INFO);
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(handler);
    }

    @Test
    void all_that_the_engine_writes_is_in_its_directory() throws Exception {
        try (var parts = TestBroker.started(directory)) {
            assertThat(parts.port()).isPositive();
        }
        try (var found = Files.list(directory)) {
            assertThat(found.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("engine", "tls");
        }
    }

    @Test
    void two_brokers_in_one_process_keep_to_themselves() throws Exception {
        try (var first = TestBroker.started(directory.resolve("1"));
                var second = TestBroker.started(directory.resolve("2"))) {
            var client = first.client(first.enrol("acme.truck-1", 1), "acme.truck-1");
            client.connect();

            second.broker().disconnect(new io.outrider.topic.TrackerId("acme", "truck-1"), "x");

            assertThat(client.getState().isConnected()).isTrue();
            first.broker().disconnect(new io.outrider.topic.TrackerId("acme", "truck-1"), "x");
            assertThat(first.nextDisconnectCode()).isEqualTo(0x98);
        }
    }

    /** Starts something, or nothing, and then fails. */
    private record Failing(Optional<ExtensionMain> first) implements ExtensionMain {
        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            first.ifPresent(main -> main.extensionStart(input, output));
            throw new IllegalStateException("sabotage");
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
    }

    @Test
    void an_extension_that_does_not_start_means_that_the_broker_does_not() throws Exception {
        var parts = new TestBroker(directory);
        int port = FreePorts.find(1).getFirst();
        var config = at(parts, parts.config().listeners().getFirst().tls(), port);
        var extension =
                new GateExtension(
                        parts.gate(), parts.policy(), Optional.empty(), parts.events::add);
        var failing = new Failing(Optional.empty());

        assertThatThrownBy(() -> start(parts, config, extension, failing))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("without its gate");
        assertThat(isOpen(port)).isFalse();
    }

    @Test
    void an_extension_that_fails_when_its_hooks_are_in_means_the_same() throws Exception {
        var parts = new TestBroker(directory);
        int port = FreePorts.find(1).getFirst();
        var config = at(parts, parts.config().listeners().getFirst().tls(), port);
        var extension =
                new GateExtension(
                        parts.gate(), parts.policy(), Optional.empty(), parts.events::add);
        var failing = new Failing(Optional.of(extension));

        assertThatThrownBy(() -> start(parts, config, extension, failing))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("without its gate");
        assertThat(isOpen(port)).isFalse();
    }

    private static boolean isOpen(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Broker start(
            TestBroker parts, BrokerConfig config, GateExtension extension, ExtensionMain main)
            throws BrokerException {
        return Broker.start(
                config,
                parts.gate(),
                parts.policy(),
                parts.inbox(),
                parts.events::add,
                extension,
                main);
    }

    private static void assertRefused(TestBroker parts, TlsStores tls, String message) {
        assertThatThrownBy(() ->
                        Broker.start(
                                at(parts, tls, 0),
                                parts.gate(),
                                parts.policy(),
                                Optional.empty(),
                                parts.inbox(),
                                _ -> {}))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining(message);
    }

    private static BrokerConfig at(TestBroker parts, TlsStores tls, int port) {
        return parts.at(tls, port);
    }

    private static TlsStores stores(Path keys, Path trust) {
        return new TlsStores(keys, TestAuthority.PASSPHRASE, trust, TestAuthority.TRUST_PASSPHRASE);
    }

    private Path emptyStore() throws Exception {
        var store = java.security.KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Path file = directory.resolve("empty.p12");
        try (var out = Files.newOutputStream(file)) {
            store.store(out, TestAuthority.TRUST_PASSPHRASE);
        }
        return file;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var found = Files.walk(folder)) {
            return found.filter(path -> !path.equals(folder)).toList();
        }
    }

    private static boolean isPrivate(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .endsWith("------");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
