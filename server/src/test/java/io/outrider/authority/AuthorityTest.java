package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.fleet.Change;
import io.outrider.keys.Disk;
import io.outrider.keys.OperatorException;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.KeyStatement;
import io.outrider.seal.SoftwareAgreement;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
    @TempDir Path parent;
    private Path data;
    private Installation installation;

    @BeforeEach
    void open() throws Exception {
        data = parent.resolve("data");
        installation = new Installation(data);
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
    }

    @Test
    void a_key_file_that_others_can_read_is_refused() throws Exception {
        for (String name :
                List.of("root.p12", "issuing.p12", "server.p12", "statement.p12", "keys.db")) {
            Path file = installation.keyFile(name);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));

            assertRefused(file + " can be reached by others", "Run: chmod 600 " + file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        Files.setPosixFilePermissions(
                data.resolve("keys"), PosixFilePermissions.fromString("rwxr-x---"));
        assertRefused("keys can be reached by others", "Run: chmod 700 " + data.resolve("keys"));
    }

    @Test
    void a_ca_that_was_lost_is_not_replaced() throws Exception {
        for (String name : List.of("root.p12", "issuing.p12")) {
            Path file = installation.keyFile(name);
            Files.move(file, parent.resolve(name));

            assertRefused(file + " is missing", "Restore it from your backup.");
            assertThat(file).doesNotExist();
            Files.move(parent.resolve(name), file);
        }
    }

    @Test
    void a_broken_file_is_refused() throws Exception {
        for (String name :
                List.of("root.p12", "issuing.p12", "server.p12", "statement.p12", "trust.p12")) {
            Path file = installation.keyFile(name);
            byte[] content = Files.readAllBytes(file);
            for (int at : new int[] {0, content.length / 2, content.length - 1}) {
                byte[] broken = content.clone();
                broken[at] ^= 0x10;
                Files.write(file, broken);
                assertRefused(file + " is damaged", "Restore it from your backup.");
            }
            Files.write(file, new byte[0]);
            assertRefused(file + " is damaged", "Restore it from your backup.");
            Files.write(file, content);
        }
        installation.close();
        open();
    }

    @Test
    void files_of_different_installations_do_not_mix() throws Exception {
        new Installation(parent.resolve("other")).close();
        installation.close();
        Path other = parent.resolve("other");
        for (String name : List.of("keys/issuing.p12", "keys/trust.p12")) {
            swap(data.resolve(name), other.resolve(name));
            assertRefused(data.resolve(name) + " is damaged", "Restore it from your backup.");
            swap(data.resolve(name), other.resolve(name));
        }

        swap(data.resolve("fleet.db"), other.resolve("fleet.db"));
        assertRefused("fleet.db is not the one", "Restore fleet.db from the same backup");
        Files.delete(data.resolve("fleet.db"));
        assertRefused("fleet.db is not the one", "Restore fleet.db from the same backup");
    }

    @Test
    void trackers_without_the_keys_that_they_trust_are_noticed() throws Exception {
        installation.invite("acme.truck-7");
        installation.close();
        Files.move(data.resolve("keys"), parent.resolve("keys"));

        assertRefused("there are trackers, but their keys", "Restore that directory");
    }

    @Test
    void another_name_for_the_installation_is_refused() {
        var config = new AuthorityConfig("other.internal", Installation.NAMES);

        assertThatThrownBy(() -> open(config))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("is of installation 'outrider.internal'");
        assertThatThrownBy(() -> open(new AuthorityConfig("a".repeat(65), Installation.NAMES)))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("cannot name an installation");
        assertThatThrownBy(() -> open(new AuthorityConfig(Installation.NAME, List.of())))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("0 names");
    }

    @Test
    void a_refused_invitation_says_why() throws Exception {
        assertThat(installation.authority.invite("acme.truck-7", 8444, 8883))
                .isInstanceOfSatisfying(
                        Change.Refused.class,
                        refused -> assertThat(refused.why()).contains("there is no fleet acme"));
    }

    @Test
    void a_token_has_what_an_installer_needs() throws Exception {
        try (EnrolmentToken token = installation.invite("acme.truck-7")) {
            assertThat(token.host()).isEqualTo("localhost");
            assertThat(token.enrolPort()).isEqualTo(8444);
            assertThat(token.mqttPort()).isEqualTo(8883);
            assertThat(token.fleet() + "." + token.tracker()).isEqualTo("acme.truck-7");
            assertThat(token.rootSha256().toArray())
                    .isEqualTo(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(installation.authority.root().getEncoded()));
        }
    }

    @Test
    void a_certificate_is_renewed_when_a_third_is_left_and_not_before() throws Exception {
        X509Certificate first = server();
        var renewals = new AtomicInteger();
        installation.authority.onServerCertificateRenewed(renewals::incrementAndGet);

        turnClockTo(first, 1.0 / 3, Duration.ofMinutes(-1));
        installation.authority.renew();
        assertThat(server()).isEqualTo(first);
        assertThat(renewals).hasValue(0);

        turnClockTo(first, 1.0 / 3, Duration.ofMinutes(1));
        installation.authority.renew();
        assertThat(server()).isNotEqualTo(first);
        assertThat(renewals).hasValue(1);
    }

    @Test
    void an_old_certificate_is_renewed_at_the_start() throws Exception {
        X509Certificate first = server();
        turnClockTo(first, 0, Duration.ofDays(1));
        Instant later = installation.now;
        installation.close();

        installation = new Installation(data);
        assertThat(server()).isEqualTo(first);
        installation.now = later;
        installation.authority.renew();

        assertThat(server()).isNotEqualTo(first);
        assertThat(server().getNotAfter().toInstant()).isAfter(later.plus(Duration.ofDays(89)));
    }

    @Test
    void a_new_issuing_ca_takes_its_leaves_with_it_and_the_root_stays() throws Exception {
        X509Certificate root = installation.authority.root();
        X509Certificate issuing = certificate(Credentials.ISSUING);
        turnClockTo(issuing, 1.0 / 3, Duration.ofMinutes(1));

        installation.authority.renew();

        X509Certificate renewed = certificate(Credentials.ISSUING);
        assertThat(renewed).isNotEqualTo(issuing);
        server().verify(renewed.getPublicKey());
        assertThat(installation.authority.root()).isEqualTo(root);
        KeyStatement.verify(
                installation.authority.keyStatement().toArray(), root, installation.now);
        try (KeyStoreFile trust = installation.authority.trustStore()) {
            assertThat(trust.load().getCertificateAlias(renewed)).isNotNull();
        }
    }

    @Test
    void other_names_in_the_configuration_make_another_server_certificate() throws Exception {
        X509Certificate first = server();
        installation.close();

        installation = open(new AuthorityConfig(Installation.NAME, List.of("fleet.example.com")));

        assertThat(server()).isNotEqualTo(first);
        assertThat(server().getSubjectAlternativeNames())
                .containsExactly(List.of(2, "fleet.example.com"));
    }

    @Test
    void the_statements_serial_rises_with_its_content_only() throws Exception {
        long serial = statement().serial();
        installation.now = installation.now.plus(Duration.ofDays(1));
        installation.authority.renew();
        assertThat(statement().serial()).isEqualTo(serial);
        installation.close();
        installation = new Installation(data);
        assertThat(statement().serial()).isEqualTo(serial);

        installation.keys.facts().remember(Map.of("statement content", "another"));
        installation.authority.renew();

        assertThat(statement().serial()).isGreaterThan(serial);
    }

    @Test
    void no_private_key_and_no_token_is_in_any_file_in_clear() throws Exception {
        var secrets = new ArrayList<byte[]>();
        for (String name : List.of("root", "issuing", "server", "statement")) {
            var key = (ECPrivateKey) identity(name).key();
            secrets.add(key.getEncoded());
            secrets.add(scalar(key.getS()));
            secrets.add(installation.authority.stores().password(name).exposeTo(byte[]::clone));
        }
        for (var publicKey : installation.keys.sealingKeys().current()) {
            var agreement =
                    (SoftwareAgreement)
                            installation
                                    .keys
                                    .sealingKeys()
                                    .find(publicKey.suite(), publicKey.id())
                                    .orElseThrow();
            byte[] pkcs8 = agreement.pkcs8().exposeTo(byte[]::clone);
            secrets.add(pkcs8);
            secrets.add(Arrays.copyOfRange(pkcs8, pkcs8.length - 32, pkcs8.length));
        }
        secrets.add(
                installation.keys.dataKeys().getOrCreate(1).orElseThrow().exposeTo(byte[]::clone));
        try (EnrolmentToken token = installation.invite("acme.truck-7")) {
            secrets.add(token.secret().exposeTo(byte[]::clone));
            secrets.add(token.password().getBytes(StandardCharsets.US_ASCII));
        }

        String everything = contentOfAllFiles();
        byte[] visible = installation.keys.sealingKeys().current().getFirst().bytes();
        assertThat(everything.contains(latin(visible))).isTrue();
        for (byte[] secret : secrets) {
            assertThat(everything.contains(latin(secret))).isFalse();
        }
    }

    @Test
    void what_holds_a_secret_prints_none() throws Exception {
        var printed = new StringBuilder();
        printed.append(identity("issuing")).append(Installation.vault());
        String secretText;
        try (KeyStoreFile server = installation.authority.serverKeyStore()) {
            printed.append(server);
            secretText = new String(server.passwordCharacters());
        }
        installation.registry.createFleet("acme");
        var made =
                (Change.Made<Invitation>) installation.authority.invite("acme.truck-7", 8444, 8883);
        printed.append(made);

        assertThat(printed.toString())
                .doesNotContain(secretText)
                .doesNotContain(made.value().token())
                .doesNotContain(((ECPrivateKey) identity("issuing").key()).getS().toString(16));
    }

    private Installation open(AuthorityConfig config) throws Exception {
        return new Installation(data, config, Disk.REAL, Installation.vault());
    }

    private void assertRefused(String problem, String hint) {
        assertThatThrownBy(() -> new Installation(data))
                .isInstanceOfSatisfying(
                        OperatorException.class,
                        e -> {
                            assertThat(e).hasMessageContaining(problem);
                            assertThat(e.hint()).contains(hint);
                        });
    }

    /** Sets the clock to where a share of the certificate's life is left, and a bit on. */
    private void turnClockTo(X509Certificate certificate, double left, Duration andOn) {
        Instant end = certificate.getNotAfter().toInstant();
        var life = Duration.between(certificate.getNotBefore().toInstant(), end);
        installation.now = end.minusMillis((long) (life.toMillis() * left)).plus(andOn);
    }

    private KeyStatement statement() throws Exception {
        return KeyStatement.verify(
                installation.authority.keyStatement().toArray(),
                installation.authority.root(),
                installation.now);
    }

    private X509Certificate server() throws Exception {
        return certificate(Credentials.SERVER);
    }

    private X509Certificate certificate(String name) throws Exception {
        return identity(name).certificate();
    }

    private Identity identity(String name) throws Exception {
        return installation.authority.stores().identity(name).orElseThrow();
    }

    private static void swap(Path a, Path b) throws IOException {
        Path aside = a.resolveSibling("aside");
        Files.move(a, aside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(b, a);
        Files.move(aside, b);
    }

    private String contentOfAllFiles() throws IOException {
        var all = new StringBuilder();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(latin(Files.readAllBytes(file)));
            }
        }
        return all.toString();
    }

    private static byte[] scalar(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = Math.max(0, bytes.length - 31);
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
