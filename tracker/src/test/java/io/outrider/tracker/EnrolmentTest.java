package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.outrider.seal.Bytes;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment over real TLS, at a server that a test can make lie. */
@Timeout(60)
class EnrolmentTest {
    private static final TrackerId ID = new TrackerId("north", "truck-7");

    /** What the server certifies, of what it is asked to. */
    private interface Issuer {
        X509Certificate issue(PublicKey key) throws Exception;
    }

    @TempDir private Path temporary;
    private Path folder;
    private TestAuthority authority;
    private HttpsServer server;
    private Issuer issuer;
    private byte[] statement;
    private boolean used;
    private int enrolments;

    @BeforeEach
    void serve() throws Exception {
        folder = temporary.resolve("state");
        authority = new TestAuthority();
        issuer = key -> authority.trackerCertificate(ID, key);
        statement = authority.statement(KeyStatement.DeleteOn.PUBACK);
        server = server("localhost");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_folder_that_is_complete_and_only_for_its_owner() throws Exception {
        assertThat(enrol(token(authority))).isEqualTo(ID);

        assertThat(permissions(folder)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.toList())
                    .hasSize(6)
                    .allMatch(file -> permissions(file).equals("rw-------"));
        }
        try (TrackerState state = TrackerState.open(folder, InstantSource.system())) {
            assertThat(state.config.tracker()).isEqualTo(ID);
            assertThat(state.root).isEqualTo(authority.root);
            assertThat(state.chain).hasSize(2);
            assertThat(state.statement().sealingKeys())
                    .containsExactly(authority.sealing.publicKey());
        }
        assertNothingElse("state");
    }

    @Test
    void an_enrolled_folder_is_never_overwritten() throws Exception {
        enrol(token(authority));
        byte[] key = Files.readAllBytes(folder.resolve("identity.key"));

        assertProblem(token(authority), "already");

        assertThat(folder.resolve("identity.key")).hasBinaryContent(key);
        assertThat(enrolments).isEqualTo(1);
    }

    @Test
    void a_folder_with_anything_in_it_is_refused_and_an_empty_one_is_taken() throws Exception {
        Files.createDirectory(folder);
        Files.createFile(folder.resolve("note"));
        assertProblem(token(authority), "not empty");

        Files.delete(folder.resolve("note"));
        assertThat(enrol(token(authority))).isEqualTo(ID);
    }

    @Test
    void what_a_killed_attempt_left_is_no_hindrance() throws Exception {
        Path half = temporary.resolve("state.enrolling");
        Files.createDirectory(half);
        Files.createFile(half.resolve("identity.key"));

        assertThat(enrol(token(authority))).isEqualTo(ID);
        assertNothingElse("state");
    }

    @Test
    void a_used_token_says_so_and_leaves_nothing() throws Exception {
        used = true;

        assertProblem(token(authority), "used before or has expired");
        assertNothingElse();
    }

    @Test
    void a_server_under_another_root_never_sees_the_token() throws Exception {
        assertProblem(token(new TestAuthority()), "not the one that this token is for");
        assertThat(enrolments).isZero();
        assertNothingElse();
    }

    @Test
    void a_server_under_another_name_never_sees_the_token() throws Exception {
        server.stop(0);
        server = server("elsewhere.example");

        assertProblem(token(authority), "not the one that this token is for");
        assertThat(enrolments).isZero();
        assertNothingElse();
    }

    @Test
    void a_key_statement_of_somebody_else_costs_no_token() throws Exception {
        statement = new TestAuthority().statement(KeyStatement.DeleteOn.PUBACK);

        assertProblem(token(authority), "not to be believed");
        assertThat(enrolments).isZero();
        assertNothingElse();
    }

    @Test
    void a_certificate_for_another_key_name_or_root_is_refused_and_leaves_nothing()
            throws Exception {
        TestAuthority foreign = new TestAuthority();
        List<Issuer> liars =
                List.of(
                        _ -> authority.trackerCertificate(ID, TestAuthority.keys().getPublic()),
                        key -> authority.trackerCertificate(new TrackerId("north", "x"), key),
                        key -> foreign.trackerCertificate(ID, key));
        for (Issuer liar : liars) {
            issuer = liar;

            assertProblem(token(authority), "not usable");
            assertNothingElse();
        }
    }

    @Test
    void what_is_no_token_and_where_no_folder_can_be_is_said_before_anything_is_done()
            throws Exception {
        assertProblem("outrider1.AAAA", "no enrolment token");
        assertProblem("hello", "no enrolment token");
        folder = temporary.resolve("missing").resolve("state");
        assertProblem(token(authority), "create it first");
        assertNothingElse();
    }

    @Test
    void a_server_that_is_not_there_leaves_nothing() throws Exception {
        server.stop(0);

        assertProblem(token(authority), "running and reachable");
        assertNothingElse();
    }

    private TrackerId enrol(String token) throws Exception {
        return new Enrolment(InstantSource.system(), new SecureRandom()).enrol(token, folder);
    }

    private void assertProblem(String token, String words) {
        assertThatThrownBy(() -> enrol(token))
                .isInstanceOf(TrackerProblem.class)
                .hasMessageContaining(words)
                .extracting(problem -> String.valueOf(problem.getMessage()).lines().count())
                .isIn(1L, 2L);
    }

    private void assertNothingElse(String... names) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly(names);
        }
    }

    private String token(TestAuthority of) throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(of.root.getEncoded());
        try (var token =
                new EnrolmentToken(
                        "localhost",
                        server.getAddress().getPort(),
                        1,
                        Bytes.copyOf(sha256),
                        ID.fleet(),
                        ID.tracker(),
                        EnrolmentToken.newSecret(new SecureRandom()))) {
            return token.format();
        }
    }

    private HttpsServer server(String dnsName) throws Exception {
        HttpsServer made =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.setHttpsConfigurator(new HttpsConfigurator(TlsFixture.server(authority, dnsName)));
        made.createContext(
                "/.well-known/est/cacerts",
                exchange ->
                        answer(exchange, 200, pkcs7(List.of(authority.root, authority.issuing))));
        made.createContext(
                "/.well-known/outrider/keys", exchange -> answer(exchange, 200, statement));
        made.createContext("/.well-known/est/simpleenroll", this::enrolTracker);
        made.start();
        return made;
    }

    private void enrolTracker(HttpExchange exchange) throws IOException {
        enrolments++;
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (used) {
            answer(exchange, 401, "used".getBytes(StandardCharsets.UTF_8));
            return;
        }
        try {
            var request = new JcaPKCS10CertificationRequest(Base64.getMimeDecoder().decode(body));
            X509Certificate leaf = issuer.issue(request.getPublicKey());
            answer(exchange, 200, pkcs7(List.of(leaf, authority.issuing)));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static byte[] pkcs7(List<X509Certificate> certificates) throws IOException {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addCertificates(new JcaCertStore(certificates));
            return Base64.getMimeEncoder()
                    .encode(generator.generate(new CMSAbsentContent()).getEncoded());
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
