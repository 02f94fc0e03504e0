package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.outrider.fleet.Tracker;
import io.outrider.keys.OperatorException;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Enrolment over real TLS with the JDK's client. */
class EnrolmentServerTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-7");
    private static final String ENROL = "/.well-known/est/simpleenroll";

    private final KeyPair key = TestRequests.newKey("secp256r1");

    @TempDir Path parent;
    private Installation installation;
    private EnrolmentServer server;
    private HttpClient client;
    private EnrolmentToken token;

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(parent.resolve("data"));
        server = EnrolmentServer.start(installation.authority, loopback(0), () -> installation.now);
        client =
                HttpClient.newBuilder()
                        .sslContext(TestTls.trusting(installation.authority.root()))
                        .build();
        token = installation.invite("acme.truck-7");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
        installation.close();
    }

    @Test
    void without_credentials_nobody_enrols() throws Exception {
        for (String authorization :
                new String[] {
                    "",
                    "Basic",
                    "Basic !",
                    "Basic " + base64("acme.truck-7"),
                    "Basic " + base64("acme.truck-7:short"),
                    "Basic " + base64("truck-7:" + token.password()),
                    "Bearer " + token.password(),
                    "Basic " + base64("acme.truck-7:" + token.password()) + "x".repeat(600),
                }) {
            HttpResponse<String> response =
                    post(authorization, "application/pkcs10", TestRequests.request(key));

            assertThat(response.statusCode()).as(authorization).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Basic realm=\"outrider\", charset=\"UTF-8\"");
        }
        assertInvited();
    }

    @Test
    void an_unknown_tracker_and_a_wrong_secret_get_one_answer() throws Exception {
        String otherSecret = installation.invite("acme.truck-8").password();

        HttpResponse<String> unknown = enrol("acme.nobody", token.password(), key);
        HttpResponse<String> wrong = enrol("acme.truck-7", otherSecret, key);

        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).isEqualTo(unknown.body());
        assertThat(wrong.headers().map().keySet()).isEqualTo(unknown.headers().map().keySet());
        assertInvited();
    }

    @Test
    void an_expired_token_is_refused() throws Exception {
        installation.now = installation.now.plus(Duration.ofDays(7));

        HttpResponse<String> response = enrol("acme.truck-7", token.password(), key);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).contains("expired");
        assertInvited();
    }

    @Test
    void a_bad_request_is_refused_with_its_reason_and_leaves_the_token_usable() throws Exception {
        assertBad(
                post(basic(), "application/x-www-form-urlencoded", TestRequests.request(key)),
                "send Content-Type: application/pkcs10");
        assertBad(post(basic(), "application/pkcs10", "hello"), "PKCS #10");
        assertBad(
                post(
                        basic(),
                        "application/pkcs10",
                        TestRequests.request(TestRequests.newKey("secp384r1"))),
                "P-256");
        assertInvited();

        assertThat(enrol("acme.truck-7", token.password(), key).statusCode()).isEqualTo(200);
    }

    @Test
    void a_body_beyond_the_limit_is_refused_and_one_at_the_limit_read() throws Exception {
        String request = TestRequests.request(key);
        int max = EnrolmentDesk.BODY_BYTES_MAX;

        HttpResponse<String> tooLong = post(basic(), "application/pkcs10", pad(request, max + 1));
        assertThat(tooLong.statusCode()).isIn(400, 413);
        assertInvited();
        HttpResponse<String> longest = post(basic(), "application/pkcs10", pad(request, max));
        assertThat(longest.statusCode()).as(longest.body()).isEqualTo(200);
    }

    @Test
    void a_key_that_another_tracker_has_is_refused() throws Exception {
        assertThat(enrol("acme.truck-7", token.password(), key).statusCode()).isEqualTo(200);
        String otherSecret = installation.invite("acme.truck-8").password();

        assertBad(enrol("acme.truck-8", otherSecret, key), "enrolled before");
    }

    @Test
    void a_strangers_guesses_are_slowed_and_keep_the_right_token_in_no_way_out() throws Exception {
        String wrong = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[16]);
        long startedNs = System.nanoTime();
        for (int i = 0; i < 7; i++) {
            assertThat(enrol("acme.truck-7", wrong, key).statusCode()).isEqualTo(401);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startedNs))
                .isGreaterThan(Duration.ofMillis(250 + 500 + 1_000 + 2_000 + 4_000));

        // One more wrong answer would take eight seconds.
        startedNs = System.nanoTime();
        assertThat(enrol("acme.truck-7", token.password(), key).statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - startedNs))
                .isLessThan(Duration.ofSeconds(8));
        assertThat(server.counts()).containsEntry("wrong-secret", 7L).containsEntry("enrolled", 1L);
    }

    @Test
    void a_used_token_gives_the_same_certificate_to_the_same_key_only() throws Exception {
        HttpResponse<String> first = enrol("acme.truck-7", token.password(), key);

        HttpResponse<String> again = enrol("acme.truck-7", token.password(), key);
        HttpResponse<String> other =
                enrol("acme.truck-7", token.password(), TestRequests.newKey("secp256r1"));

        assertThat(again.body()).isEqualTo(first.body());
        assertBad(other, "this token was used already");
    }

    @Test
    void a_client_that_does_not_know_the_root_gets_nowhere() throws Exception {
        try (var stranger = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> stranger.send(get("/.well-known/est/cacerts"), text()))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void nothing_says_what_software_this_is() throws Exception {
        var answers = new ArrayList<HttpResponse<String>>();
        answers.add(client.send(get("/"), text()));
        answers.add(client.send(get("/.well-known/est/cacerts"), text()));
        answers.add(client.send(get("/%00"), text()));
        answers.add(client.send(get("/.well-known/est/simpleenroll"), text()));
        answers.add(post("", "text/plain", ""));

        for (HttpResponse<String> answer : answers) {
            assertSaysNoSoftware(answer.headers().map() + answer.body());
        }
        assertSaysNoSoftware(raw("NONSENSE\r\n\r\n"));
        assertSaysNoSoftware(raw("GET / HTTP/1.1\r\nHost: \u0001\r\n\r\n"));
        assertSaysNoSoftware(raw("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\n\r\n"));
        assertThat(answers.getFirst().statusCode()).isEqualTo(404);
    }

    @Test
    void a_tracker_enrols_and_gets_its_certificate_with_the_issuing_ca() throws Exception {
        HttpResponse<String> response = enrol("acme.truck-7", token.password(), key);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("application/pkcs7-mime; smime-type=certs-only");
        assertThat(response.headers().firstValue("Content-Transfer-Encoding")).hasValue("base64");
        List<X509Certificate> certificates = TestTls.certificates(response.body());
        assertThat(certificates).hasSize(2);
        X509Certificate leaf =
                certificates.stream()
                        .filter(certificate -> certificate.getPublicKey().equals(key.getPublic()))
                        .findFirst()
                        .orElseThrow();
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=acme.truck-7");
        Tracker tracker = installation.registry.find(TRUCK).orElseThrow();
        assertThat(tracker.state())
                .isInstanceOfSatisfying(
                        Tracker.Enrolled.class,
                        enrolled -> {
                            assertThat(enrolled.identityKey()).isEqualTo(key.getPublic());
                            assertThat(enrolled.certificateSerial())
                                    .isEqualTo(leaf.getSerialNumber().toString(16));
                        });
    }

    @Test
    void ca_certificates_and_key_statement_are_for_everybody() throws Exception {
        HttpResponse<String> ca = client.send(get("/.well-known/est/cacerts"), text());
        HttpResponse<byte[]> statement =
                client.send(get("/.well-known/outrider/keys"), BodyHandlers.ofByteArray());

        assertThat(ca.headers().firstValue("Content-Type")).hasValue("application/pkcs7-mime");
        assertThat(TestTls.certificates(ca.body()))
                .hasSize(2)
                .contains(installation.authority.root());
        assertThat(statement.headers().firstValue("Content-Type")).hasValue("application/cose");
        KeyStatement.verify(statement.body(), installation.authority.root(), installation.now);
    }

    @Test
    void the_root_comes_along_in_the_handshake() throws Exception {
        assertThat(TestTls.presented(server.port()))
                .hasSize(3)
                .contains(installation.authority.root());
    }

    @Test
    void a_renewed_certificate_is_presented_without_a_restart() throws Exception {
        List<X509Certificate> before = TestTls.presented(server.port());
        installation.now = installation.now.plus(Duration.ofDays(80));

        installation.authority.renew();

        assertThat(TestTls.presented(server.port())).isNotEqualTo(before);
    }

    @Test
    void a_port_that_is_taken_is_the_operators_business() {
        assertThatThrownBy(() ->
                        EnrolmentServer.start(
                                installation.authority,
                                loopback(server.port()),
                                () -> installation.now))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("cannot listen on");
    }

    @Test
    void no_secret_reaches_the_log() throws Exception {
        var log = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);
        try {
            enrol("acme.truck-8", token.password(), key);
            enrol("acme.truck-7", token.password(), key);
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list).isNotEmpty();
        for (ILoggingEvent line : lines.list) {
            assertThat(line.getFormattedMessage())
                    .doesNotContain(token.password())
                    .doesNotContain(base64("acme.truck-7:" + token.password()));
        }
    }

    private String raw(String request) throws Exception {
        return TestTls.raw(server.port(), installation.authority.root(), request);
    }

    private HttpResponse<String> enrol(String user, String password, KeyPair pair)
            throws Exception {
        return post(
                "Basic " + base64(user + ":" + password),
                "application/pkcs10",
                TestRequests.request(pair));
    }

    private HttpResponse<String> post(String authorization, String contentType, String body)
            throws Exception {
        var request =
                HttpRequest.newBuilder(uri(ENROL))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), text());
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20)).build();
    }

    private URI uri(String path) {
        return URI.create("https://localhost:" + server.port() + path);
    }

    private String basic() {
        return "Basic " + base64("acme.truck-7:" + token.password());
    }

    private void assertInvited() {
        assertThat(installation.registry.find(TRUCK).orElseThrow().state())
                .isInstanceOf(Tracker.Invited.class);
    }

    private static void assertBad(HttpResponse<String> response, String why) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(why);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/plain");
    }

    private static void assertSaysNoSoftware(String answer) {
        assertThat(answer.toLowerCase(Locale.ROOT))
                .isNotEmpty()
                .doesNotContain("jetty")
                .doesNotContain("javalin")
                .doesNotContain("java")
                .doesNotContain("server=");
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static String pad(String text, int length) {
        return text + "\n".repeat(length - text.length());
    }

    private static HttpResponse.BodyHandler<String> text() {
        return BodyHandlers.ofString(StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
