package io.outrider.credential;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that may prove an identity: SCRAM, OAUTHBEARER, tokens, the keys of their issuers. */
public final class CredentialTargets {
    public static final Map<String, Target> ALL =
            Map.of(
                    "scram", CredentialTargets::scram,
                    "oauth-bearer", CredentialTargets::bearer,
                    "token", CredentialTargets::token,
                    "token-claims", CredentialTargets::claims,
                    "jwks", CredentialTargets::jwks,
                    "scope", CredentialTargets::scope);

    private static final TestTokens TOKENS = new TestTokens();
    private static final StoredPassword PASSWORD =
            StoredPassword.derive(
                    "never guessed".getBytes(StandardCharsets.US_ASCII),
                    new byte[16],
                    new byte[ScramVerifier.SALT_BYTES]);
    private static final Scram SCRAM =
            new Scram(
                    name -> Optional.of(PASSWORD).filter(_ -> name.equals("truck-7")),
                    DecoyKey.copyOf(new byte[DecoyKey.BYTES]),
                    () -> "3rfcNHYJY1ZVvWVs7j");

    private CredentialTargets() {}

    /**
     * Two messages with a line feed between them: nobody gets in who does not know the password.
     */
    private static void scram(byte[] data) {
        int cut = 0;
        while (cut < data.length && data[cut] != '\n') {
            cut++;
        }
        byte[] first = Arrays.copyOf(data, cut);
        if (ScramMessage.parseFirst(first) instanceof ScramMessage.First read) {
            String again = read.gs2Header() + read.bare();
            require(again.equals(text(first)), "a first message is its header and the rest");
        }
        ScramExchange exchange = SCRAM.begin();
        requireNotAccepted(exchange.next(first));
        if (cut < data.length) {
            requireNotAccepted(exchange.next(Arrays.copyOfRange(data, cut + 1, data.length)));
        }
    }

    private static void requireNotAccepted(ScramExchange.Step step) {
        require(!(step instanceof ScramExchange.Step.Accepted), "no way in without the password");
    }

    private static void bearer(byte[] data) {
        switch (OAuthBearer.parse(data)) {
            case OAuthBearer.Read.Bearer bearer ->
                    require(text(data).contains(bearer.token()), "a token that was sent");
            case OAuthBearer.Read.Malformed(var why) -> require(!why.isEmpty(), "says why");
        }
    }

    private static void token(byte[] data) {
        requireBounded(TOKENS.issuers.check(text(data), Optional.empty()), text(data));
    }

    /** Claims that are signed well. */
    private static void claims(byte[] data) {
        String claims = text(data);
        var check = TOKENS.issuers.check(TOKENS.es256(TestTokens.HEADER, claims), Optional.empty());
        if (check instanceof TokenCheck.Accepted accepted) {
            require(accepted.until().isAfter(TOKENS.clock.instant()), "a token that is still good");
            require(!accepted.subject().isEmpty(), "a token that names somebody");
        }
    }

    private static void requireBounded(TokenCheck check, String token) {
        switch (check) {
            case TokenCheck.Accepted _ -> throw new AssertionError("a forged token: " + token);
            case TokenCheck.Refused(var why) -> require(why.length() < 1_000, "a short refusal");
            case TokenCheck.KeysUnavailable _ -> throw new AssertionError("the keys are there");
        }
    }

    private static void jwks(byte[] data) {
        if (KeySet.parse(text(data)) instanceof KeySet.Read.Good(var keys)) {
            require(keys.size() + keys.troubles().size() <= data.length, "keys that were sent");
        }
    }

    /** What is narrowed to is written as a word that is read as the same. */
    private static void scope(byte[] data) {
        List<String> words = List.of(text(data).split(" ", -1));
        if (ScopeWords.parse(words) instanceof ScopeWords.Read.Narrowed(var scopes)) {
            for (TopicScope scope : scopes.orElse(List.of())) {
                var again = ScopeWords.parse(List.of(scope.toString()));
                require(
                        again.equals(new ScopeWords.Read.Narrowed(Optional.of(List.of(scope)))),
                        "a scope is read as it is written");
            }
        }
    }

    private static String text(byte[] data) {
        return new String(data, StandardCharsets.UTF_8);
    }
}
