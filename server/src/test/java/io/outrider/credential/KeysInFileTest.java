package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outrider.strength.RocaKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysInFileTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir private Path directory;
    private final TestTokens tokens = new TestTokens();
    private Path file;
    private TokenIssuers issuers;

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("jwks.json");
        Files.writeString(file, tokens.jwks());
        open();
    }

    @AfterEach
    void stop() {
        issuers.close();
    }

    @Test
    void keys_in_a_file_are_there_at_once() {
        assertThat(check(tokens.good())).isInstanceOf(TokenCheck.Accepted.class);
        assertThat(issuers.status().getFirst().keyCount()).isEqualTo(3);
        assertThat(issuers.status().getFirst().troubles()).isEmpty();
    }

    @Test
    void a_changed_file_is_read_again_within_ten_seconds() throws IOException {
        var next = TestTokens.newEc();
        String token = TestTokens.es256(next, header("next"), tokens.claims(Map.of()));
        assertThat(check(token)).isInstanceOf(TokenCheck.Refused.class);

        Files.writeString(file, "{\"keys\":[" + TestTokens.ecJwk("next", next) + "]}");

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(check(token)).isInstanceOf(TokenCheck.Accepted.class));
        assertThat(check(tokens.good())).isInstanceOf(TokenCheck.Refused.class);
    }

    @Test
    void a_broken_file_keeps_the_last_good_keys_and_says_so_until_they_are_too_old()
            throws IOException {
        Files.writeString(file, tokens.jwks().substring(1));

        await().atMost(SOON).until(() -> !issuers.status().getFirst().troubles().isEmpty());
        assertThat(check(tokens.good())).isInstanceOf(TokenCheck.Accepted.class);
        assertThat(issuers.status().getFirst().usable()).isTrue();

        tokens.clock.advance(Duration.ofHours(24).plusMillis(1));
        assertThat(check(tokens.good())).isInstanceOf(TokenCheck.KeysUnavailable.class);
    }

    @Test
    void an_empty_set_is_believed_and_lets_nobody_in() throws IOException {
        Files.writeString(file, "{\"keys\":[]}");

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(check(tokens.good()))
                                .isInstanceOf(TokenCheck.KeysUnavailable.class));
    }

    @Test
    void a_key_that_is_too_weak_is_said_with_its_name_and_its_file() throws IOException {
        String weak = TestTokens.rsaJwk("weak", TestTokens.newRsa(1_024));
        String old =
                TestTokens.rsaJwk("old", TestTokens.newRsa(2_048)).replace("\"AQAB\"", "\"Aw\"");
        String roca = TestTokens.rsaJwk("roca", RocaKeys.pair());
        Files.writeString(file, "{\"keys\":[%s,%s,%s]}".formatted(weak, old, roca));

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(check(tokens.good()))
                                .isInstanceOf(TokenCheck.KeysUnavailable.class));

        assertThat(issuers.status().getFirst().troubles())
                .allMatch(trouble -> trouble.startsWith("key set " + file + ": "))
                .anyMatch(trouble -> trouble.contains("key \"weak\": RSA with 1024 bits"))
                .anyMatch(trouble -> trouble.contains("key \"old\": RSA with a public exponent"))
                .anyMatch(trouble -> trouble.contains("key \"roca\": RSA of a generator"));
    }

    @Test
    void a_file_that_is_missing_at_the_start_lets_nobody_in_until_it_is_there() throws IOException {
        issuers.close();
        Files.delete(file);
        open();
        assertThat(check(tokens.good()))
                .isInstanceOfSatisfying(
                        TokenCheck.KeysUnavailable.class,
                        unavailable -> assertThat(unavailable.why()).contains("jwks.json"));

        Files.writeString(file, tokens.jwks());

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(check(tokens.good())).isInstanceOf(TokenCheck.Accepted.class));
    }

    private void open() {
        issuers =
                TokenIssuers.open(
                        List.of(
                                new TokenIssuer(
                                        TestTokens.ISSUER,
                                        TestTokens.AUDIENCE,
                                        Set.of(TokenAlgorithm.ES256),
                                        new KeySource.OfFile(file))),
                        tokens.clock,
                        _ -> {});
    }

    private TokenCheck check(String token) {
        return issuers.check(token, Optional.empty());
    }

    private static String header(String kid) {
        return "{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(kid);
    }
}
