package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.gate.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KeysAtUrlTest {
    @TempDir private Path directory;
    private final HandClock clock = new HandClock();
    private final TestAuthority authority = new TestAuthority("login");
    private final ConcurrentLinkedQueue<IssuerStatus> told = new ConcurrentLinkedQueue<>();
    private TestAuthorizationServer server;
    private TokenIssuers issuers = TokenIssuers.open(List.of(), clock, told::add);

    @BeforeEach
    void start() throws Exception {
        server = new TestAuthorizationServer(authority.server(), clock);
        authority.writePem(directory.resolve("ca.pem"));
    }

    @AfterEach
    void stop() {
        issuers.close();
        server.close();
    }

    @Test
    void a_token_by_client_credentials_from_an_authorisation_server_is_accepted() throws Exception {
        open(Duration.ofSeconds(1));
        awaitUsable();

        String token = server.grant(authority, "scope=publish:o1/acme/%252B/feed+openid");

        assertThat(check(token))
                .isInstanceOfSatisfying(
                        TokenCheck.Accepted.class,
                        accepted -> {
                            assertThat(accepted.subject())
                                    .isEqualTo(TestAuthorizationServer.CLIENT);
                            assertThat(accepted.issuer()).isEqualTo(server.issuer());
                            assertThat(accepted.scopes().orElseThrow())
                                    .extracting(TopicScope::toString)
                                    .containsExactly("publish:o1/acme/+/feed");
                        });
        assertThat(TokenIssuers.looksLikeToken(token)).isTrue();
    }

    @Test
    void nobody_gets_in_while_the_keys_cannot_be_had_and_it_recovers_by_itself() {
        server.answerKeysWith(e -> TestAuthorizationServer.answer(e, 503, "{\"keys\":[]}"));
        open(Duration.ofSeconds(1));
        await().until(() -> server.keyRequests.get() > 0);

        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOf(TokenCheck.KeysUnavailable.class);
        await().untilAsserted(() ->
                assertThat(issuers.status().getFirst().troubles())
                        .singleElement()
                        .asString()
                        .contains("503"));

        server.answerKeysAgain();
        awaitUsable();
        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOf(TokenCheck.Accepted.class);
        await().untilAsserted(() ->
                assertThat(told).extracting(IssuerStatus::usable).endsWith(false, true));
    }

    @Test
    void an_outage_is_bridged_until_the_keys_are_too_old() {
        open(Duration.ofSeconds(1));
        awaitUsable();
        server.answerKeysWith(e -> TestAuthorizationServer.answer(e, 500, ""));
        await().until(() ->
                issuers.status().getFirst().troubles().toString().contains("answered 500"));

        clock.advance(Duration.ofHours(24));
        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOf(TokenCheck.Accepted.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOfSatisfying(
                        TokenCheck.KeysUnavailable.class,
                        unavailable -> assertThat(unavailable.why()).contains("too old", "500"));

        server.answerKeysAgain();
        awaitUsable();
        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOf(TokenCheck.Accepted.class);
    }

    @Test
    void a_new_key_is_fetched_when_a_token_names_it_once_a_minute_at_most() {
        open(Duration.ofHours(1));
        awaitUsable();
        int fetched = server.keyRequests.get();
        String old = server.signed("acme.truck-7", "");
        server.rotate("second");
        String fresh = server.signed("acme.truck-7", "");

        assertThat(check(fresh)).isInstanceOf(TokenCheck.Refused.class);
        await().untilAsserted(
                        () -> assertThat(check(fresh)).isInstanceOf(TokenCheck.Accepted.class));
        assertThat(check(old)).isInstanceOf(TokenCheck.Refused.class);
        assertThat(server.keyRequests).hasValue(fetched + 1);

        server.rotate("third");
        for (int i = 0; i < 1_000; i++) {
            check(server.signed("acme.truck-7", ""));
        }
        clock.advance(Duration.ofSeconds(60));
        check(server.signed("acme.truck-7", ""));
        await().untilAsserted(() ->
                assertThat(check(server.signed("acme.truck-7", "")))
                        .isInstanceOf(TokenCheck.Accepted.class));
        assertThat(server.keyRequests).hasValue(fetched + 2);
    }

    @Test
    void a_redirect_is_not_followed() {
        server.answerKeysWith(exchange -> {
            exchange.getResponseHeaders().set("Location", "/jwks");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        assertTrouble("answered 302");
    }

    @Test
    void an_answer_that_is_too_big_is_not_read() {
        server.answerKeysWith(e ->
                TestAuthorizationServer.answer(
                        e, 200, "{\"keys\":[]}" + " ".repeat(KeySet.BYTES_MAX)));
        assertTrouble("cannot be fetched");
    }

    @Test
    void a_server_that_answers_by_the_drop_is_given_up() {
        var stop = new CountDownLatch(1);
        server.answerKeysWith(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                stop.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrouble("took longer than 5 s");
        stop.countDown();
    }

    @Test
    void a_server_of_another_authority_or_another_name_is_not_believed() throws Exception {
        new TestAuthority("somebody else").writePem(directory.resolve("ca.pem"));
        assertTrouble("cannot be fetched");
        assertThat(server.keyRequests).hasValue(0);
        issuers.close();
        server.close();

        authority.writePem(directory.resolve("ca.pem"));
        server =
                new TestAuthorizationServer(
                        authority.issue(
                                new TestAuthority.Request("CN=localhost")
                                        .name(new GeneralName(GeneralName.dNSName, "login.example"))
                                        .purpose(KeyPurposeId.id_kp_serverAuth)),
                        clock);
        assertTrouble("cannot be fetched");
        assertThat(server.keyRequests).hasValue(0);
    }

    @Test
    void trust_that_was_taken_back_holds_for_the_next_fetch() {
        open(Duration.ofSeconds(1));
        awaitUsable();

        new TestAuthority("somebody else").writePem(directory.resolve("ca.pem"));

        await().until(() -> !issuers.status().getFirst().troubles().isEmpty());
    }

    @Test
    void system_authorities_do_not_know_a_test_server() {
        open(Duration.ofSeconds(1), Optional.empty());
        await().until(() -> !issuers.status().getFirst().troubles().toString().contains("never"));
        assertThat(issuers.status().getFirst().usable()).isFalse();
        assertThat(server.keyRequests).hasValue(0);
    }

    @Test
    void authorities_that_cannot_be_read_let_nobody_in() throws Exception {
        Files.writeString(directory.resolve("ca.pem"), "no certificate");
        assertTrouble("ca.pem");
        assertThat(server.keyRequests).hasValue(0);
    }

    private void assertTrouble(String part) {
        open(Duration.ofSeconds(1));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(issuers.status().getFirst().troubles())
                                .singleElement()
                                .asString()
                                .contains(part));
        assertThat(check(server.signed("acme.truck-7", "")))
                .isInstanceOf(TokenCheck.KeysUnavailable.class);
    }

    private void open(Duration refreshEvery) {
        open(refreshEvery, Optional.of(directory.resolve("ca.pem")));
    }

    private void open(Duration refreshEvery, Optional<Path> authorities) {
        var source = new KeySource.OfUrl(server.uri("/jwks"), authorities);
        issuers =
                TokenIssuers.open(
                        List.of(
                                new TokenIssuer(
                                        server.issuer(),
                                        TestTokens.AUDIENCE,
                                        Set.of(TokenAlgorithm.ES256),
                                        source,
                                        TokenIssuer.CLOCK_SKEW,
                                        TokenIssuer.LIFETIME_MAX,
                                        TokenIssuer.KEYS_AGE_MAX,
                                        refreshEvery)),
                        clock,
                        told::add);
    }

    /** A fetch that took too long is made again after half a minute. */
    private void awaitUsable() {
        await().atMost(Duration.ofSeconds(45)).until(() -> issuers.status().getFirst().usable());
    }

    private TokenCheck check(String token) {
        return issuers.check(token, Optional.empty());
    }
}
