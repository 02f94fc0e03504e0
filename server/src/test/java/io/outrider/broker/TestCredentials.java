package io.outrider.broker;

import io.outrider.credential.DecoyKey;
import io.outrider.credential.Guesses;
import io.outrider.credential.HandClock;
import io.outrider.credential.IssuerStatus;
import io.outrider.credential.KeySource;
import io.outrider.credential.Password;
import io.outrider.credential.Passwords;
import io.outrider.credential.Scram;
import io.outrider.credential.StoredPassword;
import io.outrider.credential.TestTokens;
import io.outrider.credential.TokenAlgorithm;
import io.outrider.credential.TokenIssuer;
import io.outrider.credential.TokenIssuers;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.gate.ClientEntry;
import io.outrider.gate.TrackerEntry;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passwords and tokens that a test gives out, and what looks at them when they come back. */
final class TestCredentials implements AutoCloseable {
    static final String ISSUER = "https://login.example";
    static final Duration SKEW = Duration.ofSeconds(2);

    /** By which guesses are damped: delays do not end until a test says so. */
    final HandClock guessClock = new HandClock();

    private final SecureRandom random = new SecureRandom();
    private final Map<String, StoredPassword> stored = new ConcurrentHashMap<>();
    private final KeyPair key = TestTokens.newEc();
    private final Passwords passwords;
    private final TokenIssuers tokens;

    /** With one issuer, whose keys are in a file. */
    static TestCredentials withKeysInFile(Path directory) throws IOException {
        return new TestCredentials(directory.resolve("keys.json"), List.of());
    }

    /** With these issuers more. */
    TestCredentials(Path keys, List<TokenIssuer> others) throws IOException {
        Files.writeString(keys, "{\"keys\":[" + TestTokens.ecJwk("ours", key) + "]}");
        var issuers = new java.util.ArrayList<>(others);
        issuers.add(issuer(ISSUER, new KeySource.OfFile(keys), TokenIssuer.KEYS_AGE_MAX));
        this.passwords = new Passwords(name -> Optional.ofNullable(stored.get(name)), 2, 256);
        this.tokens = TokenIssuers.open(issuers, InstantSource.system(), _ -> {});
    }

    /** One that is asked for its keys each second. */
    static TokenIssuer issuer(String name, KeySource keys, Duration keysAgeMax) {
        return new TokenIssuer(
                name,
                TestTokens.AUDIENCE,
                Set.of(TokenAlgorithm.ES256),
                keys,
                SKEW,
                TokenIssuer.LIFETIME_MAX,
                keysAgeMax,
                Duration.ofSeconds(1));
    }

    Verifiers verifiers() {
        return new Verifiers(
                passwords,
                new Scram(
                        name -> Optional.ofNullable(stored.get(name)),
                        DecoyKey.generate(random),
                        random),
                tokens,
                new Guesses(Guesses.Limits.GENERATED, guessClock));
    }

    List<IssuerStatus> issuers() {
        return tokens.status();
    }

    Password newPassword(String name) {
        Password password = Password.generate(random);
        stored.put(name, password.stored());
        return password;
    }

    static String text(Password password) {
        return password.exposeTo(text -> text);
    }

    /** Enters a tracker that may prove itself by these methods. */
    static void enrol(TestBroker broker, String id, long number, Method... methods) {
        broker.registry.trackers.put(
                TrackerId.parse(id).orElseThrow(),
                new TrackerEntry(number, Standing.ACTIVE, Optional.empty(), Set.of(methods)));
    }

    /** Enters a client that may prove itself by password and token, with these grants. */
    static void grant(TestBroker broker, String name, long number, Grant... grants) {
        broker.registry.clients.put(
                name,
                new ClientEntry(
                        number,
                        Optional.empty(),
                        Set.of(Method.PASSWORD, Method.TOKEN),
                        List.of(grants)));
    }

    /** Good from now for this long; more claims begin with a comma. */
    String token(String subject, Duration lifetime, String moreClaims) {
        Instant now = Instant.now();
        return signed(
                "\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\",\"iat\":%d,\"exp\":%d%s"
                        .formatted(
                                ISSUER,
                                TestTokens.AUDIENCE,
                                subject,
                                now.getEpochSecond(),
                                now.plus(lifetime).getEpochSecond(),
                                moreClaims));
    }

    /** By the right key, whatever it claims. */
    String signed(String claims) {
        return TestTokens.es256(
                key, "{\"alg\":\"ES256\",\"kid\":\"ours\",\"typ\":\"JWT\"}", "{" + claims + "}");
    }

    @Override
    public void close() {
        tokens.close();
        passwords.close();
    }
}
