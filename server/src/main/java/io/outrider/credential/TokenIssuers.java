package io.outrider.credential;

import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whose tokens are believed. Verifies from memory, without waiting for anybody; keys are read and
 * fetched by virtual threads of its own. Safe for use by many threads.
 */
public final class TokenIssuers implements AutoCloseable {
    private final Map<String, KeyRing> byIssuer;
    private final InstantSource clock;

    private TokenIssuers(Map<String, KeyRing> byIssuer, InstantSource clock) {
        this.byIssuer = byIssuer;
        this.clock = clock;
    }

    /**
     * Files are read before this returns, URLs in the background. A source that cannot be read is
     * no error here: nobody gets in by its tokens until it can.
     *
     * @param changed told of each change for better or worse, on a thread of ours
     * @throws IllegalArgumentException where two have the same {@code iss}
     */
    public static TokenIssuers open(
            List<TokenIssuer> issuers, InstantSource clock, Consumer<IssuerStatus> changed) {
        var byIssuer = new LinkedHashMap<String, KeyRing>();
        for (TokenIssuer issuer : issuers) {
            if (byIssuer.put(issuer.issuer(), new KeyRing(issuer, clock, changed)) != null) {
                throw new IllegalArgumentException("issuer " + issuer.issuer() + " stands twice");
            }
        }
        byIssuer.values().forEach(KeyRing::start);
        return new TokenIssuers(byIssuer, clock);
    }

    /** Whether a password looks like a token: three base64url parts, of which the first is JSON. */
    public static boolean looksLikeToken(String password) {
        return password.startsWith("ey")
                && password.chars().filter(c -> c == '.').count() == 2
                && password.chars().allMatch(TokenIssuers::isTokenCharacter);
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }

    /**
     * Looks at a token, cheapest checks first; a signature is computed for a token of good form
     * whose key we have, and for nothing else.
     *
     * @param presented the certificate that the peer has proven in TLS, for tokens bound to one
     */
    public TokenCheck check(String token, Optional<X509Certificate> presented) {
        return switch (CompactToken.parse(token)) {
            case CompactToken.Read.Malformed(var why) -> new TokenCheck.Refused(why);
            case CompactToken.Read.Good(var parsed) -> check(parsed, presented);
        };
    }

    private TokenCheck check(CompactToken token, Optional<X509Certificate> presented) {
        String issuerName = StrictJson.text(token.claims(), "iss").orElse("");
        KeyRing ring = byIssuer.get(issuerName);
        if (ring == null) {
            return new TokenCheck.Refused("iss is none of ours: " + Shown.of(issuerName));
        }
        TokenIssuer issuer = ring.issuer();
        if (!issuer.algorithms().contains(token.algorithm())) {
            return new TokenCheck.Refused(
                    "%s is not for %s".formatted(token.algorithm().headerName(), issuerName));
        }
        return switch (ring.held()) {
            case KeyRing.Held.Unusable(var why) -> new TokenCheck.KeysUnavailable(issuerName, why);
            case KeyRing.Held.Usable(var keys) -> {
                Optional<TokenKey> key = find(keys, token, ring);
                if (key.isEmpty()) {
                    yield new TokenCheck.Refused(
                            "no key for kid " + token.keyId().map(Shown::of).orElse("(none)"));
                }
                if (!key.get().fits(token.algorithm())) {
                    yield new TokenCheck.Refused("the key is not for the token's alg");
                }
                yield TokenSignature.isRight(token, key.get())
                        ? new TokenClaims(token.claims(), issuer, clock.instant()).check(presented)
                        : new TokenCheck.Refused("wrong signature");
            }
        };
    }

    private static Optional<TokenKey> find(KeySet keys, CompactToken token, KeyRing ring) {
        if (token.keyId().isEmpty()) {
            return keys.only(token.algorithm());
        }
        Optional<TokenKey> key = keys.byId(token.keyId().get());
        if (key.isEmpty()) {
            ring.missed();
        }
        return key;
    }

    /** How each issuer's keys stand. */
    public List<IssuerStatus> status() {
        return byIssuer.values().stream().map(KeyRing::status).toList();
    }

    @Override
    public void close() {
        byIssuer.values().forEach(KeyRing::close);
    }
}
