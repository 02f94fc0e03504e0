package io.outrider.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.credential.ScramExchange.Step;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScramTest {
    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final DecoyKey DECOY = DecoyKey.copyOf(new byte[DecoyKey.BYTES]);

    private final Password password = Password.generate(new SecureRandom());
    private final PasswordSource source =
            name -> name.equals("user") ? Optional.of(password.stored()) : Optional.empty();
    private final Scram scram = new Scram(source, DECOY, () -> NONCE);

    @Test
    void the_published_exchange_of_rfc_7677_comes_out_byte_by_byte() {
        var verifier =
                ScramVerifier.derive(
                        "pencil".getBytes(UTF_8),
                        Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="),
                        4096);
        var pencil =
                StoredPassword.parse(
                                password.stored().text().replaceAll("SCRAM.*", "")
                                        + verifier.text())
                        .orElseThrow();
        var exchange = new Scram(_ -> Optional.of(pencil), DECOY, () -> NONCE).begin();

        assertThat(next(exchange, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
                .isEqualTo(
                        new Step.Challenge(
                                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                        + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        assertThat(
                        next(
                                exchange,
                                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
                .isEqualTo(
                        new Step.Accepted(
                                "user", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    @Test
    void a_generated_password_proves_its_name_and_the_server_proves_itself() {
        for (String header : List.of("n,,", "y,,", "n,a=user,")) {
            var client = new ScramClient("user", password, header);
            var exchange = scram.begin();

            String serverFirst = challenge(exchange, client.first());
            Step last = next(exchange, client.last(serverFirst));

            assertThat(last)
                    .as(header)
                    .isEqualTo(new Step.Accepted("user", client.expectedServerFinal()));
        }
    }

    @Test
    void a_wrong_password_and_an_unknown_name_are_refused_alike() {
        try (var another = Password.generate(new SecureRandom())) {
            var wrong = run(new ScramClient("user", another, "n,,"));
            var unknown = run(new ScramClient("nobody", another, "n,,"));

            assertThat(wrong.message()).isEqualTo("e=invalid-proof");
            assertThat(unknown.message()).isEqualTo(wrong.message());
            assertThat(unknown.why()).isEqualTo(wrong.why());
            assertThat(unknown.name()).contains("nobody");
        }
    }

    @Test
    void the_salt_of_a_name_that_does_not_exist_is_stable_and_looks_like_a_real_one() {
        String known = challenge(scram.begin(), "n,,n=user,r=abc");
        String unknown = challenge(scram.begin(), "n,,n=nobody,r=abc");
        String another = challenge(scram.begin(), "n,,n=nobody2,r=abc");
        Scram restarted = new Scram(source, DECOY, () -> NONCE);
        Scram elsewhere = new Scram(source, DecoyKey.generate(new SecureRandom()), () -> NONCE);

        assertThat(unknown).hasSameSizeAs(known).isNotEqualTo(known).isNotEqualTo(another);
        assertThat(challenge(restarted.begin(), "n,,n=nobody,r=abc")).isEqualTo(unknown);
        assertThat(challenge(elsewhere.begin(), "n,,n=nobody,r=abc")).isNotEqualTo(unknown);
    }

    @Test
    void channel_binding_is_refused_with_the_error_of_the_rfc() {
        assertRefused("p=tls-unique,,n=user,r=abc", "e=channel-binding-not-supported");
        assertRefused("p=tls-exporter,,n=user,r=abc", "e=channel-binding-not-supported");
    }

    @Test
    void first_messages_of_bad_form_are_refused() {
        for (String bad :
                List.of(
                        "",
                        "n",
                        "n,,",
                        "n,,n=user",
                        "n=user,r=abc",
                        "x,,n=user,r=abc",
                        "n,,r=abc,n=user",
                        "n,,n=user,r=",
                        "n,,n=user,r=a b",
                        "n,,n=user,r=abc,",
                        "n,,n=user,r=abc,nonsense",
                        "n,,n=user,r=abc,x=",
                        "n,a=root,n=user,r=abc",
                        "n,user,n=user,r=abc",
                        "n,,n=user,r=" + "a".repeat(257))) {
            assertThat(next(scram.begin(), bad)).as(bad).isInstanceOf(Step.Refused.class);
        }
        assertRefused("n,,m=x,n=user,r=abc", "e=extensions-not-supported");
        assertRefused("n,,n=,r=abc", "e=invalid-username-encoding");
        assertRefused("n,,n=us=er,r=abc", "e=invalid-username-encoding");
        assertRefused("n,,n=us=2cer,r=abc", "e=invalid-username-encoding");
        assertRefused("n,,n=" + "u".repeat(129) + ",r=abc", "e=invalid-username-encoding");
        assertRefused("n,,n=üser,r=abc", "e=invalid-encoding");
        assertRefused("n,,n=user\0,r=abc", "e=invalid-encoding");
    }

    @Test
    void the_longest_messages_are_taken_and_longer_ones_are_not() {
        String start = "n,,n=user,r=" + "a".repeat(256) + ",x=";
        String longest = start + "y".repeat(ScramMessage.BYTES_MAX - start.length());

        assertThat(next(scram.begin(), longest)).isInstanceOf(Step.Challenge.class);
        assertThat(next(scram.begin(), longest + "y")).isInstanceOf(Step.Refused.class);
    }

    @Test
    void a_name_with_comma_and_equals_sign_is_decoded() {
        var read = ScramMessage.parseFirst("n,,n=a=2Cb=3Dc=3D2C,r=abc".getBytes(UTF_8));

        assertThat(read)
                .isEqualTo(
                        new ScramMessage.First("n,,", "a,b=c=2C", "abc", "n=a=2Cb=3Dc=3D2C,r=abc"));
    }

    @Test
    void final_messages_that_do_not_belong_here_are_refused() {
        var client = new ScramClient("user", password, "n,,");
        String good = client.last(challenge(scram.begin(), client.first()));

        assertLastRefused(good.replace("c=biws", "c=eSws"), "e=channel-bindings-dont-match");
        assertLastRefused(good.replace("c=biws", "c=cD10bHM="), "e=channel-bindings-dont-match");
        assertLastRefused(good.replace("c=biws", "c=biws="), "e=invalid-encoding");
        assertLastRefused(good.replace(NONCE, ""), "e=other-error");
        assertLastRefused(good.replace("r=", "r=x"), "e=other-error");
        assertLastRefused(good.replaceAll(",p=.*", ""), "e=other-error");
        assertLastRefused(good.replaceAll("p=.*", "p="), "e=invalid-encoding");
        assertLastRefused(good.replaceAll("p=.*", "p=AAAA"), "e=invalid-encoding");
        assertLastRefused(good.replaceAll("p=.*", "p=" + "A".repeat(43) + "="), "e=invalid-proof");
        assertLastRefused(good.replace(",p=", ",x=y,p="), "e=invalid-proof");
        assertLastRefused(good + ",x=y", "e=other-error");
        assertLastRefused("", "e=invalid-encoding");
    }

    @Test
    void a_proof_of_another_exchange_is_worth_nothing() {
        var client = new ScramClient("user", password, "n,,");
        String recorded = client.last(challenge(scram.begin(), client.first()));
        var later = new Scram(source, DECOY, new SecureRandom()).begin();

        challenge(later, client.first());

        assertThat(next(later, recorded)).isInstanceOf(Step.Refused.class);
    }

    @Test
    void an_exchange_ends_with_its_first_refusal_and_with_its_success() {
        var client = new ScramClient("user", password, "n,,");
        var refused = scram.begin();
        next(refused, "nonsense");
        var done = scram.begin();
        String last = client.last(challenge(done, client.first()));
        assertThat(next(done, last)).isInstanceOf(Step.Accepted.class);

        assertThat(next(refused, client.first())).isInstanceOf(Step.Refused.class);
        assertThat(next(done, last)).isInstanceOf(Step.Refused.class);
    }

    @Test
    void nonces_of_ours_are_never_the_same() {
        var real = new Scram(source, DECOY, new SecureRandom());

        assertThat(challenge(real.begin(), "n,,n=user,r=abc"))
                .isNotEqualTo(challenge(real.begin(), "n,,n=user,r=abc"))
                .matches("r=abc[A-Za-z0-9+/]{24},s=.*");
    }

    private Step.Refused run(ScramClient client) {
        var exchange = scram.begin();
        String serverFirst = challenge(exchange, client.first());
        return (Step.Refused) next(exchange, client.last(serverFirst));
    }

    private void assertRefused(String first, String message) {
        assertThat(next(scram.begin(), first))
                .as(first)
                .isInstanceOfSatisfying(
                        Step.Refused.class, r -> assertThat(r.message()).isEqualTo(message));
    }

    private void assertLastRefused(String last, String message) {
        var exchange = scram.begin();
        challenge(exchange, new ScramClient("user", password, "n,,").first());
        assertThat(next(exchange, last))
                .as(last)
                .isInstanceOfSatisfying(
                        Step.Refused.class, r -> assertThat(r.message()).isEqualTo(message));
    }

    private static String challenge(ScramExchange exchange, String first) {
        return ((Step.Challenge) next(exchange, first)).message();
    }

    private static Step next(ScramExchange exchange, String message) {
        return exchange.next(message.getBytes(UTF_8));
    }
}
