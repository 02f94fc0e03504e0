package io.outrider.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The attacks of RFC 8725 section 2, each against a verifier that knows keys of all kinds. */
class TokenAttackTest {
    private final TestTokens tokens = new TestTokens();
    private final String claims = tokens.claims(Map.of());

    @Test
    void alg_none_in_any_spelling_is_refused() {
        for (String none : List.of("none", "None", "NONE", "nOnE", "", " none", "null")) {
            String header = "{\"alg\":\"%s\",\"kid\":\"ec\"}".formatted(none);
            assertRefused(TestTokens.unsigned(header, claims));
            assertRefused(tokens.es256(header, claims)); // a right signature does not help it
        }
        assertRefused(tokens.es256("{\"kid\":\"ec\"}", claims));
        assertRefused(tokens.es256("{\"alg\":null,\"kid\":\"ec\"}", claims));
        assertRefused(tokens.es256("{\"alg\":[\"ES256\"],\"kid\":\"ec\"}", claims));
        assertRefused(tokens.es256("{\"alg\":\"es256\",\"kid\":\"ec\"}", claims));
    }

    @Test
    void a_good_token_without_its_signature_is_refused() {
        String good = tokens.good();
        String cut = good.substring(0, good.lastIndexOf('.') + 1);

        assertRefused(cut);
        assertRefused(cut + "AA");
        assertRefused(cut + TestTokens.base64(new byte[64])); // CVE-2022-21449
    }

    @Test
    void hs256_with_the_bytes_of_a_public_key_as_secret_is_refused() {
        for (KeyPair key : List.of(tokens.rsa, tokens.ec)) {
            byte[] der = key.getPublic().getEncoded();
            String pem =
                    "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                            .formatted(
                                    Base64.getMimeEncoder(64, "\n".getBytes(UTF_8))
                                            .encodeToString(der));
            for (byte[] secret : List.of(der, pem.getBytes(UTF_8), pem.strip().getBytes(UTF_8))) {
                for (String kid : List.of("rsa", "ec")) {
                    String header = "{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(kid);
                    assertRefused(TestTokens.hs256(secret, header, claims));
                }
            }
        }
    }

    @Test
    void an_algorithm_that_does_not_fit_the_key_is_refused() {
        assertRefused(tokens.rs256("{\"alg\":\"RS256\",\"kid\":\"ec\"}", claims));
        assertRefused(tokens.rs256("{\"alg\":\"ES256\",\"kid\":\"rsa\"}", claims));
        assertRefused(tokens.es256("{\"alg\":\"EdDSA\",\"kid\":\"ec\"}", claims));
        assertRefused(tokens.rs256("{\"alg\":\"PS256\",\"kid\":\"rsa\"}", claims));
        assertRefused(tokens.ps256("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims));
    }

    @Test
    void an_algorithm_that_this_issuer_does_not_use_is_refused() {
        var pinned = tokens.issuers(Set.of(TokenAlgorithm.PS256));
        String rs256 = tokens.rs256("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims);
        String ps256 = tokens.ps256("{\"alg\":\"PS256\",\"kid\":\"rsa\"}", claims);

        assertThat(pinned.check(rs256, Optional.empty())).isInstanceOf(TokenCheck.Refused.class);
        assertThat(pinned.check(ps256, Optional.empty())).isInstanceOf(TokenCheck.Accepted.class);
    }

    @Test
    void a_kid_is_a_name_in_the_set_and_nothing_else() {
        for (String kid :
                List.of(
                        "../../../dev/null",
                        "/dev/null",
                        "file:///etc/passwd",
                        "https://evil.example/jwks",
                        "ec' OR '1'='1",
                        "ec|id",
                        "EC",
                        "",
                        "x".repeat(257))) {
            assertRefused(
                    tokens.es256("{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(kid), claims));
        }
        assertRefused(tokens.es256("{\"alg\":\"ES256\",\"kid\":[\"ec\"]}", claims));
        assertRefused(tokens.es256("{\"alg\":\"ES256\",\"kid\":null}", claims));
        assertRefused(TestTokens.hs256(new byte[1], "{\"alg\":\"HS256\"}", claims));
    }

    @Test
    void keys_that_come_with_the_token_are_refused() {
        KeyPair evil = TestTokens.newEc();
        String jwk = TestTokens.ecJwk("ec", evil);
        for (String member :
                List.of(
                        "\"jwk\":" + jwk,
                        "\"jku\":\"https://evil.example/jwks\"",
                        "\"x5u\":\"https://evil.example/cert\"",
                        "\"x5c\":[\"AAAA\"]")) {
            String header = "{\"alg\":\"ES256\",\"kid\":\"ec\"," + member + "}";
            assertRefused(TestTokens.es256(evil, header, claims));
            assertRefused(tokens.es256(header, claims));
        }
    }

    @Test
    void a_token_of_another_key_under_our_kid_is_refused() {
        assertRefused(TestTokens.es256(TestTokens.newEc(), TestTokens.HEADER, claims));
    }

    @Test
    void extensions_that_we_do_not_know_are_refused() {
        for (String member :
                List.of(
                        "\"crit\":[\"exp\"]",
                        "\"crit\":[]",
                        "\"crit\":[\"b64\"],\"b64\":false",
                        "\"zip\":\"DEF\"")) {
            assertRefused(
                    tokens.es256("{\"alg\":\"ES256\",\"kid\":\"ec\"," + member + "}", claims));
        }
    }

    @Test
    void a_token_of_another_type_is_refused() {
        for (String typ : List.of("\"dpop+jwt\"", "\"secevent+jwt\"", "\"JWE\"", "\"\"", "null")) {
            assertRefused(
                    tokens.es256(
                            "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":%s}".formatted(typ),
                            claims));
        }
        for (String typ : List.of("\"JWT\"", "\"jwt\"", "\"at+jwt\"", "\"application/at+jwt\"")) {
            assertAccepted(
                    tokens.es256(
                            "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":%s}".formatted(typ),
                            claims));
        }
        assertAccepted(tokens.es256("{\"alg\":\"ES256\",\"kid\":\"ec\"}", claims));
    }

    @Test
    void encrypted_and_nested_tokens_are_refused() {
        String header = TestTokens.base64("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}".getBytes(UTF_8));
        assertRefused(header + "..AAAA.AAAA.AAAA");
        assertRefused(header + ".AAAA.AAAA.AAAA.AAAA");
        String nested = "{\"alg\":\"ES256\",\"kid\":\"ec\",\"cty\":\"JWT\"}";
        assertRefused(tokens.es256(nested, claims));
        assertRefused(tokens.es256(TestTokens.HEADER, tokens.good()));
        assertRefused(tokens.es256(TestTokens.HEADER, '"' + tokens.good() + '"'));
    }

    @Test
    void a_name_that_occurs_twice_is_refused() {
        String twice = claims.replaceFirst("\\{", "{\"sub\":\"acme.boss\",");
        assertRefused(tokens.es256(TestTokens.HEADER, twice));
        assertRefused(tokens.es256("{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"ec\"}", claims));
        assertRefused(tokens.with("cnf", "{\"x5t#S256\":\"a\",\"x5t#S256\":\"b\"}"));
    }

    @Test
    void anything_before_behind_or_between_is_refused() {
        String good = tokens.good();
        assertAccepted(good);
        for (String bad :
                List.of(
                        good + ".",
                        good + ".AAAA",
                        good + "=",
                        good + "\n",
                        good + "\0",
                        good + "A",
                        " " + good,
                        "Bearer " + good,
                        good.replace('.', ':'),
                        good.replaceFirst("\\.", ".."),
                        good.replaceFirst("e", "é"),
                        good.replaceFirst("\\.", ".\u200b"),
                        "",
                        ".",
                        "..",
                        "...",
                        "ey")) {
            assertRefused(bad);
        }
        assertRefused(tokens.es256(TestTokens.HEADER, claims + "x"));
        assertRefused(tokens.es256(TestTokens.HEADER, claims + claims));
        assertRefused(tokens.es256(TestTokens.HEADER + "x", claims));
        assertRefused(tokens.es256(TestTokens.HEADER, "[" + claims + "]"));
        assertRefused(tokens.es256(TestTokens.HEADER, "null"));
    }

    @Test
    void the_last_characters_of_a_signature_have_one_spelling() {
        String good = tokens.good();
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = good.charAt(good.length() - 1);
        String start = good.substring(0, good.length() - 1);

        for (int i = 0; i < alphabet.length(); i++) {
            if (alphabet.charAt(i) != last) {
                assertRefused(start + alphabet.charAt(i));
            }
        }
    }

    @Test
    void a_token_of_any_size_is_refused_beyond_eight_kibibytes() {
        assertRefused("e".repeat(100 * 1024));
        assertRefused(tokens.with("x", '"' + "y".repeat(100 * 1024) + '"'));
        String padded = tokens.with("x", '"' + "y".repeat(5_600) + '"');
        int room = CompactToken.CHARS_MAX - padded.length();
        String longest = tokens.with("x", '"' + "y".repeat(5_600 + room * 3 / 4) + '"');

        assertThat(longest.length()).isBetween(CompactToken.CHARS_MAX - 3, CompactToken.CHARS_MAX);
        assertAccepted(longest);
        assertRefused(tokens.with("x", '"' + "y".repeat(5_604 + room * 3 / 4) + '"'));
    }

    @Test
    void json_that_is_deep_or_no_utf_8_is_refused() {
        assertRefused(tokens.with("x", "[".repeat(17) + "]".repeat(17)));
        assertRefused(tokens.with("x", "[".repeat(2_000) + "]".repeat(2_000)));
        assertRefused(tokens.with("exp", "1" + "0".repeat(2_000)));
        assertRefused(
                TestTokens.base64(TestTokens.HEADER.getBytes(UTF_8))
                        + "."
                        + TestTokens.base64(new byte[] {'{', '"', (byte) 0xc0, '"', ':', '1', '}'})
                        + ".AAAA");
    }

    @Test
    void what_the_operator_reads_holds_no_control_character_of_a_stranger() {
        TokenCheck check =
                tokens.check(tokens.with("iss", "\"evil\\n\\u001b[2J" + "x".repeat(999) + '"'));

        assertThat(check)
                .isInstanceOfSatisfying(
                        TokenCheck.Refused.class,
                        refused ->
                                assertThat(refused.why())
                                        .hasSizeLessThan(200)
                                        .doesNotContain("\n", "\u001b"));
    }

    private void assertAccepted(String token) {
        assertThat(tokens.check(token)).as(token).isInstanceOf(TokenCheck.Accepted.class);
    }

    private void assertRefused(String token) {
        assertThat(tokens.check(token)).as(token).isInstanceOf(TokenCheck.Refused.class);
    }
}
