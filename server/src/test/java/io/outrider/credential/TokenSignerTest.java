package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.outrider.credential.TokenSigner.Order;
import io.outrider.credential.TopicScope.Use;
import io.outrider.topic.TopicFilter;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TokenSignerTest {
    private static final String ISSUER = "outrider:test.example";
    private static final TopicScope SCOPE =
            new TopicScope(Use.SUBSCRIBE, TopicFilter.parse("o1/acme/+/ą b%\"\\").orElseThrow());

    private final TestTokens tokens = new TestTokens();
    private final TokenSigner signer = signer();
    private final AtomicReference<KeySet> keys = new AtomicReference<>(signer.keys());
    private final TokenIssuers issuers =
            tokens.issuers(
                    new TokenIssuer(
                            ISSUER,
                            "broker",
                            Set.of(TokenAlgorithm.ES256),
                            new KeySource.Given(keys::get)));

    @Test
    void a_token_of_ours_is_accepted_with_its_scopes() {
        IssuedToken token =
                signer.issue(order(Duration.ofMinutes(1), List.of(SCOPE), Optional.empty()));

        assertThat(check(token))
                .isEqualTo(
                        new TokenCheck.Accepted(
                                "yard-screen",
                                tokens.clock.instant().plusSeconds(60),
                                Optional.of(List.of(SCOPE)),
                                Optional.empty(),
                                ISSUER));
        assertThat(token.until()).isEqualTo(tokens.clock.instant().plusSeconds(60));
        assertThat(token.toString())
                .doesNotContain(token.<String>exposeTo(t -> t))
                .contains(token.id());
    }

    @Test
    void no_two_tokens_are_alike() {
        var order = order(Duration.ofHours(1), List.of(), Optional.empty());

        assertThat(signer.issue(order).id()).isNotEqualTo(signer.issue(order).id());
    }

    @Test
    void a_lifetime_is_one_minute_to_a_day() {
        assertThat(check(signer.issue(order(Duration.ofHours(24), List.of(), Optional.empty()))))
                .isInstanceOf(TokenCheck.Accepted.class);
        for (Duration bad :
                List.of(Duration.ZERO, Duration.ofSeconds(59), Duration.ofSeconds(86_401))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order(bad, List.of(), Optional.empty()));
        }
    }

    @Test
    void a_bound_token_needs_its_certificate() {
        var bound = order(Duration.ofHours(1), List.of(), Optional.of("A".repeat(43)));

        assertThat(check(signer.issue(bound))).isInstanceOf(TokenCheck.Refused.class);
    }

    @Test
    void a_token_longer_than_we_take_is_not_made() {
        var many = Collections.nCopies(500, SCOPE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> signer.issue(order(Duration.ofHours(1), many, Optional.empty())));
    }

    @Test
    void the_keys_of_before_and_after_a_change_hold_together() {
        IssuedToken old = signer.issue(order(Duration.ofHours(1), List.of(), Optional.empty()));
        TokenSigner next = signer();
        IssuedToken fresh = next.issue(order(Duration.ofHours(1), List.of(), Optional.empty()));
        assertThat(check(fresh)).isInstanceOf(TokenCheck.Refused.class);

        keys.set(next.keys().plus(signer.keys()));
        assertThat(check(old)).isInstanceOf(TokenCheck.Accepted.class);
        assertThat(check(fresh)).isInstanceOf(TokenCheck.Accepted.class);

        keys.set(next.keys());
        assertThat(check(old)).isInstanceOf(TokenCheck.Refused.class);
    }

    @Test
    void the_published_keys_hold_nothing_private() {
        assertThat(signer.jwks()).contains("\"kty\":\"EC\"").doesNotContain("\"d\"");
    }

    private TokenSigner signer() {
        var key = TestTokens.newEc();
        return new TokenSigner(
                ISSUER, key.getPrivate(), (ECPublicKey) key.getPublic(), tokens.clock);
    }

    private static Order order(Duration lifetime, List<TopicScope> scopes, Optional<String> x5t) {
        return new Order("yard-screen", "broker", lifetime, scopes, x5t);
    }

    private TokenCheck check(IssuedToken token) {
        return issuers.check(token.exposeTo(t -> t), Optional.empty());
    }
}
