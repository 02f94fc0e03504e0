package io.outrider.broker;

import io.outrider.credential.Guesses;
import io.outrider.credential.PasswordCheck;
import io.outrider.credential.Passwords;
import io.outrider.credential.TokenCheck;
import io.outrider.credential.TokenIssuers;
import io.outrider.credential.TopicScope;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Operation;
import io.outrider.gate.Proof;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes a proof of a password or a token in a CONNECT. Safe for use by many threads. */
final class CredentialCheck {
    private final Verifiers verifiers;

    CredentialCheck(Verifiers verifiers) {
        this.verifiers = verifiers;
    }

    /**
     * Looks at the password field, which holds a password or a token.
     *
     * @param name as claimed: the user name, or the client identifier where there is none
     * @param password wiped when it has been looked at
     */
    CompletionStage<Shown> check(Connection connection, String name, byte[] password) {
        String text = new String(password, StandardCharsets.ISO_8859_1);
        if (TokenIssuers.looksLikeToken(text)) {
            Arrays.fill(password, (byte) 0);
            return CompletableFuture.completedStage(token(connection, name, text));
        }
        return switch (verifiers.guesses().begin(name, connection.address())) {
            case Guesses.Answer.Wait(var time) -> {
                Arrays.fill(password, (byte) 0);
                yield CompletableFuture.completedStage(new Shown.TooMany(time));
            }
            case Guesses.Answer.Go(var attempt) -> {
                var who =
                        attempt.isKnownHere()
                                ? Passwords.Precedence.KNOWN
                                : Passwords.Precedence.STRANGER;
                CompletionStage<PasswordCheck> answer =
                        verifiers.passwords().verify(name, password, who);
                Arrays.fill(password, (byte) 0);
                yield answer.thenApply(check -> shown(check, attempt));
            }
        };
    }

    private static Shown shown(PasswordCheck check, Guesses.Attempt attempt) {
        return switch (check) {
            case PasswordCheck.Right(var name) -> {
                attempt.succeeded();
                yield new Shown.Good(new Proof.OfPassword(name));
            }
            case PasswordCheck.Wrong(var why) -> {
                attempt.failed();
                yield Shown.Bad.password(why);
            }
            case PasswordCheck.Busy() -> {
                attempt.withdrawn();
                yield Shown.Bad.busy();
            }
        };
    }

    /** Looks at a token, from memory; a forged one costs one signature check at most. */
    Shown token(Connection connection, String name, String token) {
        return switch (verifiers.guesses().begin(name, connection.address())) {
            case Guesses.Answer.Wait(var time) -> new Shown.TooMany(time);
            case Guesses.Answer.Go(var attempt) ->
                    switch (verifiers.tokens().check(token, connection.certificate())) {
                        case TokenCheck.Accepted accepted -> {
                            attempt.succeeded();
                            yield new Shown.Good(
                                    new Proof.OfToken(
                                            accepted.subject(),
                                            accepted.until(),
                                            accepted.scopes().map(CredentialCheck::grants)));
                        }
                        case TokenCheck.Refused(var why) -> {
                            attempt.failed();
                            yield Shown.Bad.token(why);
                        }
                        case TokenCheck.KeysUnavailable(var issuer, var why) -> {
                            attempt.withdrawn();
                            yield Shown.Bad.token("no keys of " + issuer + ": " + why);
                        }
                    };
        };
    }

    private static List<Grant> grants(List<TopicScope> scopes) {
        return scopes.stream()
                .map(scope -> new Grant(operation(scope.use()), scope.filter()))
                .toList();
    }

    private static Operation operation(TopicScope.Use use) {
        return switch (use) {
            case PUBLISH -> Operation.PUBLISH;
            case SUBSCRIBE -> Operation.SUBSCRIBE;
        };
    }
}
