package io.outrider.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a receiver that takes RFC 5424 and RFC 5425 to the letter. */
@Timeout(60)
class SyslogTest {
    private static final String ELEMENT = "gate@32473";
    private static final SyslogSender.Delay SHORT =
            new SyslogSender.Delay(Duration.ofMillis(50), Duration.ofMillis(200));

    @TempDir Path directory;
    private final TestAuthority authority = new TestAuthority("ours");
    private final Watch watch = new Watch(InstantSource.system());
    private Optional<Logs> logs = Optional.empty();

    @AfterEach
    void stop() {
        logs.ifPresent(Logs::close);
        watch.close();
    }

    @Test
    void a_receiver_whose_certificate_is_not_of_the_given_authority_gets_nothing()
            throws Exception {
        var stranger = new TestAuthority("ours"); // the same name, another key
        try (var receiver = TestReceiver.start(stranger.server(), 0, null)) {
            SyslogSender sender = start(config(receiver.port(), "localhost", 100));

            watch.accept(TestEvents.refused("x"));

            assertNothingGoesOut(sender, receiver);
        }
    }

    @Test
    void a_receiver_whose_certificate_has_another_name_gets_nothing() throws Exception {
        TestAuthority.Credential other =
                authority.issue(
                        new TestAuthority.Request("CN=localhost")
                                .name(new GeneralName(GeneralName.dNSName, "other.example"))
                                .purpose(KeyPurposeId.id_kp_serverAuth));
        try (var receiver = TestReceiver.start(other, 0, null)) {
            SyslogSender sender = start(config(receiver.port(), "localhost", 100));

            watch.accept(TestEvents.refused("x"));

            assertNothingGoesOut(sender, receiver);
        }
    }

    @Test
    void without_a_ca_file_only_the_systems_authorities_are_believed() throws Exception {
        try (var receiver = TestReceiver.start(authority.server(), 0, null)) {
            SyslogSender sender =
                    start(SyslogConfig.of("localhost", receiver.port(), "gate.example"));

            watch.accept(TestEvents.refused("x"));

            assertNothingGoesOut(sender, receiver);
        }
    }

    @Test
    void every_kind_of_event_arrives_whole_whatever_a_peer_wrote() throws Exception {
        try (var receiver = TestReceiver.start(authority.server(), 0, null)) {
            start(config(receiver.port(), "localhost", 100));

            TestEvents.eachKind(TestEvents.HOSTILE).forEach(watch);
            TestEvents.eachKind("\"\\]".repeat(1_000)).forEach(watch);

            await().until(() -> receiver.messages.size() == 18);
            assertThat(receiver.faults).isEmpty();
            assertThat(receiver.messages)
                    .allSatisfy(message -> {
                        assertThat(message.facility()).isEqualTo(10);
                        assertThat(message.hostname()).isEqualTo("gate.example");
                        assertThat(message.appName()).isEqualTo("outrider");
                        assertThat(message.timestamp()).endsWith("Z").hasSize(24);
                        assertThat(message.message()).matches("[ -~]+");
                    });
            Rfc5424 refused = receiver.messages.get(1);
            assertThat(refused.severity()).isEqualTo(4);
            assertThat(refused.messageId()).isEqualTo("refused");
            assertThat(refused.data().get(ELEMENT))
                    .containsEntry("event", "refused")
                    .containsEntry("code", "banned")
                    .containsEntry("codeHex", "0x8a")
                    .containsEntry("rule", "standing")
                    .containsEntry("address", "192.0.2.7")
                    .containsEntry("port", "50123")
                    .containsEntry("listener", "trackers")
                    .containsEntry("client", "a\"b\\c]d??<84>1 forged??[2J???????=?{\"x\":1}");
            assertThat(receiver.messages.get(5).data().get(ELEMENT))
                    .containsEntry("who", "lake")
                    .containsEntry("bytes", "17")
                    .containsEntry("qos", "2");
            assertThat(receiver.field("meta", "sequenceId"))
                    .isEqualTo(
                            java.util.stream.IntStream.rangeClosed(1, 18)
                                    .mapToObj(Integer::toString)
                                    .toList());
        }
    }

    @Test
    void what_happens_while_the_receiver_is_away_arrives_when_it_is_back() throws Exception {
        int port;
        SyslogSender sender;
        try (var receiver = TestReceiver.start(authority.server(), 0, null)) {
            port = receiver.port();
            sender = start(config(port, "localhost", 1_000));
            watch.accept(TestEvents.refused("before"));
            await().until(() -> !receiver.messages.isEmpty());
        }
        await().until(() -> !sender.isConnected());

        for (int i = 0; i < 50; i++) {
            watch.accept(TestEvents.refused("during-" + i));
        }

        try (var receiver = TestReceiver.start(authority.server(), port, null)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> receiver.messages.size() == 50);
            assertThat(receiver.faults).isEmpty();
            assertThat(receiver.field(ELEMENT, "client"))
                    .startsWith("during-0")
                    .endsWith("during-49");
            assertThat(sender.connections()).isEqualTo(2);
        }
    }

    @Test
    void what_does_not_fit_in_memory_meanwhile_is_counted_and_told() throws Exception {
        int port;
        SyslogSender sender;
        try (var receiver = TestReceiver.start(authority.server(), 0, null)) {
            port = receiver.port();
            sender = start(config(port, "localhost", 10));
            await().until(sender::isConnected);
        }
        await().until(() -> !sender.isConnected());

        for (int i = 0; i < 200; i++) {
            watch.accept(TestEvents.refused("flood-" + i));
        }
        long dropped = dropped();

        assertThat(dropped).isBetween(185L, 190L);
        try (var receiver = TestReceiver.start(authority.server(), port, null)) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> sum(receiver.field(ELEMENT, "count")) == dropped);
            await().until(() -> receiver.field(ELEMENT, "client").size() == 200 - dropped);
            assertThat(receiver.faults).isEmpty();
        }
    }

    @Test
    void a_receiver_that_wants_our_certificate_gets_it_and_one_that_does_not_like_it_nothing()
            throws Exception {
        var ours = new TestAuthority("clients");
        Path pem =
                ours.issue(
                                new TestAuthority.Request("CN=outrider")
                                        .purpose(KeyPurposeId.id_kp_clientAuth))
                        .writePem(directory, "client");
        Path key = Path.of(pem + ".key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        var client = new SyslogConfig.ClientKey(Path.of(pem + ".crt"), key);
        try (var liking = TestReceiver.start(authority.server(), 0, ours.root());
                var disliking =
                        TestReceiver.start(
                                authority.server(), 0, new TestAuthority("others").root())) {
            start(config(liking.port(), "localhost", 100, Optional.of(client)));
            watch.accept(TestEvents.refused("x"));
            await().until(() -> liking.messages.size() == 1);
            assertThat(liking.clients).containsExactly("CN=outrider");
            logs.ifPresent(Logs::close);

            SyslogSender sender =
                    start(config(disliking.port(), "localhost", 100, Optional.of(client)));
            watch.accept(TestEvents.refused("x"));
            assertNothingGoesOut(sender, disliking);
        }
    }

    @Test
    void a_file_that_is_not_what_it_should_be_stops_the_start() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        Path ca = authority.writePem(directory.resolve("ca.pem"));
        Path open =
                Files.createFile(
                        directory.resolve("open.key"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> start(config(empty, Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.pem");
        assertThatThrownBy(() -> start(config(directory.resolve("none"), Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(
                        () -> start(config(ca, Optional.of(new SyslogConfig.ClientKey(ca, open)))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("everybody can read the key");
        assertThatThrownBy(
                        () -> start(config(ca, Optional.of(new SyslogConfig.ClientKey(ca, empty)))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void the_delay_before_the_receiver_is_called_again_grows_to_its_bound() {
        var delay = SyslogSender.Delay.STANDARD;

        assertThat(delay.afterFailures(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(delay.afterFailures(2)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delay.afterFailures(6)).isEqualTo(Duration.ofSeconds(32));
        assertThat(delay.afterFailures(7)).isEqualTo(Duration.ofMinutes(1));
        assertThat(delay.afterFailures(1_000_000)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void a_flood_of_one_kind_is_told_as_a_number() throws Exception {
        try (var receiver = TestReceiver.start(authority.server(), 0, null)) {
            SyslogSender sender = start(config(receiver.port(), "localhost", 10_000));
            // So many that they are too many even where giving them takes seconds.
            for (int i = 0; i < 9_000; i++) {
                watch.accept(TestEvents.refused("flood-" + i));
            }
            watch.accept(TestEvents.connected());

            await().until(() -> receiver.field(ELEMENT, "event").contains("connected"));
            assertThat(sender.suppressed()).isGreaterThan(300);
            await().until(() -> sum(receiver.field(ELEMENT, "refused")) == sender.suppressed());
            assertThat(receiver.faults).isEmpty();
        }
    }

    private SyslogSender start(SyslogConfig config) throws IOException {
        var started =
                Logs.start(
                        new LogConfig(
                                LogConfig.Format.TEXT,
                                EventKind.TROUBLE,
                                LogConfig.LINES_PER_SECOND,
                                Optional.of(config)),
                        watch,
                        InstantSource.system(),
                        SHORT);
        logs = Optional.of(started);
        return started.syslog().orElseThrow();
    }

    /** What was told in as many messages as it took. */
    private static long sum(List<String> counts) {
        return counts.stream().mapToLong(Long::parseLong).sum();
    }

    private long dropped() {
        return watch.subscriptions().stream()
                .filter(it -> it.name().equals("syslog"))
                .mapToLong(Subscription::dropped)
                .sum();
    }

    /** Over several attempts. */
    private static void assertNothingGoesOut(SyslogSender sender, TestReceiver receiver) {
        await().until(() -> sender.failures() >= 3);
        assertThat(receiver.bytes.get()).isZero();
        assertThat(sender.sent()).isZero();
        assertThat(sender.isConnected()).isFalse();
    }

    private SyslogConfig config(int port, String host, int waitingMax) {
        return config(port, host, waitingMax, Optional.empty());
    }

    private SyslogConfig config(Path ca, Optional<SyslogConfig.ClientKey> client) {
        return config(6514, "localhost", 100, Optional.of(ca), client);
    }

    private SyslogConfig config(
            int port, String host, int waitingMax, Optional<SyslogConfig.ClientKey> client) {
        Path ca = authority.writePem(directory.resolve("ca.pem"));
        return config(port, host, waitingMax, Optional.of(ca), client);
    }

    private static SyslogConfig config(
            int port,
            String host,
            int waitingMax,
            Optional<Path> ca,
            Optional<SyslogConfig.ClientKey> client) {
        return new SyslogConfig(
                host,
                port,
                ca,
                client,
                "gate.example",
                SyslogConfig.ENTERPRISE_NUMBER,
                EventKind.ALL,
                SyslogConfig.MESSAGES_PER_SECOND,
                waitingMax);
    }
}
