package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.outrider.credential.TopicScope.Use;
import io.outrider.gate.TestAuthority;
import io.outrider.topic.TopicFilter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenClaimsTest {
    private final TestTokens tokens = new TestTokens();
    private final long now = tokens.clock.instant().getEpochSecond();

    @Test
    void a_good_token_is_its_subjects_until_it_expires() {
        assertThat(tokens.check(tokens.good()))
                .isEqualTo(
                        new TokenCheck.Accepted(
                                "acme.truck-7",
                                Instant.ofEpochSecond(now + 600),
                                Optional.empty(),
                                Optional.empty(),
                                TestTokens.ISSUER));
    }

    @Test
    void each_algorithm_works_with_its_key() {
        String claims = tokens.claims(Map.of());

        assertAccepted(tokens.es256("{\"alg\":\"ES256\",\"kid\":\"ec\"}", claims));
        assertAccepted(tokens.eddsa("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", claims));
        assertAccepted(tokens.rs256("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims));
        assertAccepted(tokens.ps256("{\"alg\":\"PS256\",\"kid\":\"rsa\"}", claims));
        assertAccepted(tokens.ps256("{\"alg\":\"PS256\"}", claims)); // one key fits
    }

    @Test
    void another_issuer_or_none_is_refused() {
        assertRefused("iss", "");
        assertRefused("iss", "\"https://login.example/\"");
        assertRefused("iss", "\"https://LOGIN.example\"");
        assertRefused("iss", "[\"https://login.example\"]");
        assertRefused("iss", "null");
    }

    @Test
    void the_audience_must_name_us() {
        assertRefused("aud", "");
        assertRefused("aud", "\"mqtts://broker.example2\"");
        assertRefused("aud", "[]");
        assertRefused("aud", "[[\"mqtts://broker.example\"]]");
        assertRefused("aud", "{\"a\":\"mqtts://broker.example\"}");
        assertThat(tokens.check(tokens.with("aud", "[1,\"x\",\"mqtts://broker.example\"]")))
                .isInstanceOf(TokenCheck.Accepted.class);
    }

    @Test
    void an_expiry_is_required_and_holds_with_the_skew_on_both_sides() {
        assertRefused("exp", "");
        assertRefused("exp", "null");
        assertRefused("exp", '"' + String.valueOf(now + 600) + '"');
        assertRefused("exp", "-1");
        assertRefused("exp", "1e400");
        assertRefused("exp", "253402300800");

        assertRefused("exp", "" + (now - 30));
        assertThat(tokens.check(tokens.with("exp", "" + (now - 29))))
                .isInstanceOfSatisfying(
                        TokenCheck.Accepted.class,
                        a -> assertThat(a.until()).isEqualTo(Instant.ofEpochSecond(now + 1)));
        assertThat(tokens.check(tokens.with("exp", (now + 5) + ".5")))
                .isInstanceOfSatisfying(
                        TokenCheck.Accepted.class,
                        a ->
                                assertThat(a.until())
                                        .isEqualTo(Instant.ofEpochMilli(now * 1000 + 5500)));
    }

    @Test
    void a_token_from_the_future_is_refused_beyond_the_skew() {
        for (String name : List.of("nbf", "iat")) {
            assertThat(tokens.check(tokens.with(name, "" + (now + 30))))
                    .as(name)
                    .isInstanceOf(TokenCheck.Accepted.class);
            assertRefused(name, "" + (now + 31));
            assertRefused(name, "\"soon\"");
        }
    }

    @Test
    void a_token_that_lives_too_long_is_refused() {
        long day = Duration.ofHours(24).toSeconds();
        assertThat(tokens.check(tokens.with("exp", "" + (now + day))))
                .isInstanceOf(TokenCheck.Accepted.class);
        assertRefused("exp", "" + (now + day + 1));
        String withoutBeginning = tokens.claims(Map.of("iat", "", "exp", "" + (now + day + 1)));
        assertThat(tokens.check(tokens.es256(TestTokens.HEADER, withoutBeginning)))
                .isInstanceOf(TokenCheck.Refused.class);
        String byNotBefore =
                tokens.claims(
                        Map.of("iat", "", "nbf", "" + (now - 10), "exp", "" + (now + day - 9)));
        assertThat(tokens.check(tokens.es256(TestTokens.HEADER, byNotBefore)))
                .isInstanceOf(TokenCheck.Refused.class);
    }

    @Test
    void a_subject_is_required() {
        assertRefused("sub", "");
        assertRefused("sub", "\"\"");
        assertRefused("sub", "7");
        assertRefused("sub", "\"acme.truck 7\"");
        assertRefused("sub", "\"acme.trück\"");
        assertRefused("sub", '"' + "x".repeat(257) + '"');
    }

    @Test
    void a_token_bound_to_a_certificate_is_worth_nothing_without_it() {
        var authority = new TestAuthority("clients");
        var right = authority.tracker("acme.truck-7").certificate();
        var wrong = authority.tracker("acme.truck-7").certificate();
        String x5t = TokenClaims.thumbprint(right);
        String token = tokens.with("cnf", "{\"x5t#S256\":\"%s\"}".formatted(x5t));

        assertThat(tokens.issuers.check(token, Optional.of(right)))
                .isInstanceOfSatisfying(
                        TokenCheck.Accepted.class, a -> assertThat(a.x5t()).contains(x5t));
        assertThat(tokens.issuers.check(token, Optional.of(wrong)))
                .isInstanceOf(TokenCheck.Refused.class);
        assertThat(tokens.check(token)).isInstanceOf(TokenCheck.Refused.class);
        for (String cnf :
                List.of(
                        "{}",
                        "null",
                        "\"" + x5t + "\"",
                        "{\"jkt\":\"" + x5t + "\"}",
                        "{\"x5t#S256\":\"%s\",\"jkt\":\"x\"}".formatted(x5t),
                        "{\"x5t#S256\":\"\"}")) {
            assertThat(tokens.issuers.check(tokens.with("cnf", cnf), Optional.of(right)))
                    .as(cnf)
                    .isInstanceOf(TokenCheck.Refused.class);
        }
    }

    @Test
    void scopes_of_ours_narrow_and_other_words_say_nothing() {
        assertThat(scopes("scope", "\"openid profile\"")).isEmpty();
        assertThat(scopes("scope", "\"\"")).isEmpty();
        assertThat(scopes("scope", "\"publish Publish:a SUBSCRIBE:b\"")).isEmpty();
        assertThat(scopes("scope", "\"openid publish:o1/acme/+/feed subscribe:a%20b/%23\""))
                .contains(
                        List.of(
                                scope(Use.PUBLISH, "o1/acme/+/feed"),
                                scope(Use.SUBSCRIBE, "a b/#")));
        assertThat(scopes("scp", "[\"openid\",\"publish:a\"]"))
                .contains(List.of(scope(Use.PUBLISH, "a")));
        assertThat(scopes("scp", "\"publish:a%2Fb publish:%C5%BC\""))
                .contains(List.of(scope(Use.PUBLISH, "a/b"), scope(Use.PUBLISH, "ż")));
    }

    @Test
    void a_scope_of_ours_that_is_wrong_refuses_the_token() {
        for (String bad :
                List.of(
                        "\"publish:\"",
                        "\"publish:a/#/b\"",
                        "\"publish:a+\"",
                        "\"subscribe:%00\"",
                        "\"subscribe:%2\"",
                        "\"subscribe:%zz\"",
                        "\"subscribe:%C5\"",
                        "7",
                        "[\"publish:a\",7]",
                        "{}",
                        "null")) {
            assertRefused("scope", bad);
        }
    }

    @Test
    void settings_out_of_bounds_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> settings(Duration.ofSeconds(301)));
        assertThatIllegalArgumentException().isThrownBy(() -> settings(Duration.ofSeconds(-1)));
        assertThat(settings(Duration.ofMinutes(5)).clockSkew()).hasMinutes(5);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new TokenIssuer(TestTokens.ISSUER, "a", Set.of(), tokens.source()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.issuers(settings(Duration.ZERO), settings(Duration.ZERO)));
        for (String url :
                List.of("http://a/jwks", "file:///etc/passwd", "https://u:p@a/jwks", "https:/x")) {
            assertThatIllegalArgumentException()
                    .as(url)
                    .isThrownBy(
                            () -> new KeySource.OfUrl(URI.create(url), Optional.of(Path.of("x"))));
        }
    }

    private TokenIssuer settings(Duration skew) {
        return new TokenIssuer(
                TestTokens.ISSUER,
                TestTokens.AUDIENCE,
                Set.of(TokenAlgorithm.ES256),
                tokens.source(),
                skew,
                TokenIssuer.LIFETIME_MAX,
                TokenIssuer.KEYS_AGE_MAX,
                TokenIssuer.REFRESH_EVERY);
    }

    private static TopicScope scope(Use use, String filter) {
        return new TopicScope(use, TopicFilter.parse(filter).orElseThrow());
    }

    private Optional<List<TopicScope>> scopes(String name, String json) {
        return ((TokenCheck.Accepted) tokens.check(tokens.with(name, json))).scopes();
    }

    private void assertAccepted(String token) {
        assertThat(tokens.check(token)).isInstanceOf(TokenCheck.Accepted.class);
    }

    private void assertRefused(String claim, String json) {
        assertThat(tokens.check(tokens.with(claim, json)))
                .as(claim + " " + json)
                .isInstanceOf(TokenCheck.Refused.class);
    }
}
