package io.outrider.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OAuthBearerTest {
    @Test
    void the_example_of_rfc_7628_is_read() {
        // Section 4.1.
        var read =
                parse(
                        "n,a=user@example.com,^Ahost=server.example.com^Aport=143^A"
                                + "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^A^A");

        assertThat(read)
                .isInstanceOfSatisfying(
                        OAuthBearer.Read.Bearer.class,
                        bearer -> {
                            assertThat(bearer.name()).contains("user@example.com");
                            assertThat(bearer.token())
                                    .isEqualTo("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
                            assertThat(bearer.toString()).doesNotContain(bearer.token());
                        });
    }

    @Test
    void a_client_may_leave_its_name_to_the_token() {
        assertThat(parse("n,,^Aauth=bearer abc^A^A"))
                .isInstanceOfSatisfying(
                        OAuthBearer.Read.Bearer.class,
                        bearer -> assertThat(bearer.name()).isEmpty());
    }

    @Test
    void messages_of_bad_form_are_refused() {
        for (String bad :
                List.of(
                        "",
                        "^A",
                        "^A^A",
                        "n,,",
                        "n,,^A^A",
                        "n,,^A^A^A",
                        "n,,^Aauth=Bearer abc",
                        "n,,^Aauth=Bearer abc^A",
                        "n,,auth=Bearer abc^A^A",
                        "n,,^Aauth=Bearer ^A^A",
                        "n,,^Aauth=Basic abc^A^A",
                        "n,,^Aauth=Bearer a b^A^A",
                        "n,,^Aauth=Bearer a^Aauth=Bearer b^A^A",
                        "n,,^Aauth=Bearer a^A^Ahost=x^A^A",
                        "n,,^Ahost=x^A^A",
                        "n,,^A1=x^Aauth=Bearer a^A^A",
                        "p=tls-exporter,,^Aauth=Bearer abc^A^A",
                        "n,user,^Aauth=Bearer abc^A^A",
                        "n,a=,^Aauth=Bearer abc^A^A",
                        "n,a=us=2Cer,^Aauth=Bearer abc^A^A",
                        "n,,^Aauth=Bearer äbc^A^A",
                        "n,,^Aauth=Bearer abc\n^A^A",
                        "n,,^Aauth=Bearer " + "x".repeat(100_000) + "^A^A")) {
            assertThat(parse(bad)).as(bad).isInstanceOf(OAuthBearer.Read.Malformed.class);
        }
    }

    @Test
    void the_error_is_that_of_the_rfc() {
        assertThat(OAuthBearer.errorMessage()).isEqualTo("{\"status\":\"invalid_token\"}");
    }

    @Test
    void a_password_is_told_from_a_token_by_its_form() {
        assertThat(TokenIssuers.looksLikeToken(new TestTokens().good())).isTrue();
        assertThat(TokenIssuers.looksLikeToken("ey.a.b")).isTrue();
        for (String other :
                List.of(
                        "",
                        "ey",
                        "ey.a",
                        "ey.a.b.c",
                        "xy.a.b",
                        "ey.a b.c",
                        "eyaa-bbbb",
                        "ey.ä.b")) {
            assertThat(TokenIssuers.looksLikeToken(other)).as(other).isFalse();
        }
    }

    private static OAuthBearer.Read parse(String message) {
        return OAuthBearer.parse(message.replace("^A", "\u0001").getBytes(UTF_8));
    }
}
