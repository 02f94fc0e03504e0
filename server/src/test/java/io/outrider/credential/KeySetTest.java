package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.strength.RocaKeys;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class KeySetTest {
    private final TestTokens tokens = new TestTokens();

    @Test
    void a_text_that_is_no_key_set_is_broken() {
        for (String bad :
                List.of(
                        "",
                        "null",
                        "[]",
                        "{}",
                        "{\"keys\":{}}",
                        "{\"keys\":[]",
                        "{\"keys\":[],\"keys\":[]}",
                        "<html>",
                        "{\"keys\":[" + "{},".repeat(100) + "{}]}",
                        "{\"keys\":[],\"x\":\"" + "y".repeat(KeySet.BYTES_MAX) + "\"}")) {
            assertThat(KeySet.parse(bad)).isInstanceOf(KeySet.Read.Broken.class);
        }
        assertThat(read("{\"keys\":[]}").size()).isZero();
    }

    @Test
    void a_weak_rsa_key_is_left_out_and_the_others_stay() {
        KeySet keys =
                read(
                        set(
                                TestTokens.rsaJwk("weak", TestTokens.newRsa(2047)),
                                TestTokens.rsaJwk("good", tokens.rsa)));

        assertThat(keys.size()).isOne();
        assertThat(keys.byId("weak")).isEmpty();
        assertThat(keys.troubles()).singleElement().asString().contains("\"weak\"", "2047");
    }

    @Test
    void an_rsa_key_with_an_unusual_exponent_is_left_out() {
        String good = TestTokens.rsaJwk("k", tokens.rsa);
        for (String exponent : List.of("AQ", "Ag", "AA", "Aw", "EQ", "__8", "AQAAAAAB")) {
            assertRefused(good.replace("AQAB", exponent));
        }
    }

    @Test
    void a_key_of_the_broken_library_is_left_out_and_said() {
        KeySet keys = read(set(TestTokens.rsaJwk("roca", RocaKeys.pair())));

        assertThat(keys.size()).isZero();
        assertThat(keys.troubles())
                .singleElement()
                .asString()
                .contains("\"roca\"", "CVE-2017-15361");
    }

    @Test
    void a_key_off_its_curve_is_left_out() {
        String ec = TestTokens.ecJwk("k", tokens.ec);
        String other = TestTokens.ecJwk("k", TestTokens.newEc());
        String x = ec.replaceAll(".*(\"x\":\"[^\"]*\").*", "$1");
        assertRefused(other.replaceAll("\"x\":\"[^\"]*\"", x));
        assertRefused(other.replaceAll("\"y\":\"[^\"]*\"", "\"y\":\"AA\""));
        String ed = TestTokens.edJwk("k", tokens.ed);
        assertRefused(ed.replaceAll("\"x\":\"[^\"]*\"", "\"x\":\"AAAA\""));
        // y = 2 has no x on edwards25519.
        assertRefused(ed.replaceAll("\"x\":\"[^\"]*\"", "\"x\":\"AgAA" + "A".repeat(39) + "\""));
    }

    @Test
    void keys_for_other_purposes_and_shared_secrets_are_passed_over_in_silence() {
        String ec = TestTokens.ecJwk("k", tokens.ec);
        KeySet keys =
                read(
                        set(
                                "{\"kty\":\"oct\",\"kid\":\"hmac\",\"k\":\"AAAA\",\"alg\":\"HS256\"}",
                                with(ec, "\"use\":\"enc\""),
                                with(ec, "\"key_ops\":[\"deriveKey\"]"),
                                with(ec, "\"alg\":\"ECDH-ES\""),
                                with(ec, "\"alg\":\"none\""),
                                ec.replace("P-256", "P-521"),
                                "{\"kty\":\"AKP\"}",
                                "{}",
                                "7"));

        assertThat(keys.size()).isZero();
        assertThat(keys.troubles()).isEmpty();
    }

    @Test
    void a_private_key_in_the_set_is_believed_by_nobody() {
        assertRefused(with(TestTokens.ecJwk("k", tokens.ec), "\"d\":\"AAAA\""));
    }

    @Test
    void a_kid_that_occurs_twice_names_the_first() {
        KeySet keys =
                read(
                        set(
                                TestTokens.ecJwk("k", tokens.ec),
                                TestTokens.ecJwk("k", TestTokens.newEc())));

        assertThat(keys.size()).isOne();
        assertThat(keys.byId("k").orElseThrow().key()).isEqualTo(tokens.ec.getPublic());
        assertThat(keys.troubles()).hasSize(1);
    }

    @Test
    void a_token_without_kid_needs_a_set_in_which_one_key_fits() {
        KeySet two =
                read(
                        set(
                                TestTokens.ecJwk("a", tokens.ec),
                                TestTokens.ecJwk("b", TestTokens.newEc()),
                                TestTokens.rsaJwk("c", tokens.rsa)));

        assertThat(two.only(TokenAlgorithm.ES256)).isEmpty();
        assertThat(two.only(TokenAlgorithm.RS256)).isPresent();
        assertThat(two.only(TokenAlgorithm.EDDSA)).isEmpty();
    }

    @Test
    void a_key_for_one_algorithm_fits_no_other() {
        KeySet keys = read(set(with(TestTokens.rsaJwk("r", tokens.rsa), "\"alg\":\"PS256\"")));

        assertThat(keys.byId("r").orElseThrow().fits(TokenAlgorithm.PS256)).isTrue();
        assertThat(keys.byId("r").orElseThrow().fits(TokenAlgorithm.RS256)).isFalse();
    }

    private static void assertRefused(String jwk) {
        KeySet keys = read(set(jwk));
        assertThat(keys.size()).as(jwk).isZero();
        assertThat(keys.troubles().toString().toLowerCase(Locale.ROOT)).contains("key \"k\"");
    }

    private static String with(String jwk, String member) {
        return jwk.substring(0, jwk.length() - 1) + "," + member + "}";
    }

    private static String set(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    private static KeySet read(String json) {
        return ((KeySet.Read.Good) KeySet.parse(json)).keys();
    }
}
