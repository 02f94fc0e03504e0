package io.outrider.credential;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Our own issuer of tokens (RFC 9068 as far as there is no user): ES256, with a key on P-256 that
 * somebody else keeps. Safe for use by many threads where the key's provider is.
 */
public final class TokenSigner {
    public static final Duration LIFETIME_MIN = Duration.ofMinutes(1);
    public static final Duration LIFETIME_MAX = Duration.ofHours(24);

    private final String issuer;
    private final PrivateKey privateKey;
    private final ECKey publicKey;
    private final InstantSource clock;

    /**
     * What a token is to say.
     *
     * @param lifetime from {@link #LIFETIME_MIN} to {@link #LIFETIME_MAX}
     * @param scopes what it is narrowed to; empty for all rights of its subject
     * @param x5t SHA-256 in base64url of the certificate that it is bound to
     */
    public record Order(
            String subject,
            String audience,
            Duration lifetime,
            List<TopicScope> scopes,
            Optional<String> x5t) {
        public Order {
            if (lifetime.compareTo(LIFETIME_MIN) < 0 || lifetime.compareTo(LIFETIME_MAX) > 0) {
                throw new IllegalArgumentException("a token's lifetime is 1 minute to 24 hours");
            }
            if (subject.isEmpty() || audience.isEmpty()) {
                throw new IllegalArgumentException("a token has a subject and an audience");
            }
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * With a key pair of P-256.
     *
     * @throws IllegalArgumentException where the keys are not of P-256
     */
    public TokenSigner(
            String issuer, PrivateKey privateKey, ECPublicKey publicKey, InstantSource clock) {
        this.issuer = issuer;
        this.privateKey = privateKey;
        this.clock = clock;
        try {
            this.publicKey =
                    new ECKey.Builder(Curve.P_256, publicKey)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.ES256)
                            .keyIDFromThumbprint() // RFC 7638
                            .build();
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Signs a token that begins now.
     *
     * @throws IllegalArgumentException where the token would be longer than we take
     */
    public IssuedToken issue(Order order) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant until = now.plus(order.lifetime());
        String id = UUID.randomUUID().toString();
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject(order.subject())
                        .audience(order.audience())
                        .issueTime(Date.from(now))
                        .notBeforeTime(Date.from(now))
                        .expirationTime(Date.from(until))
                        .jwtID(id);
        if (!order.scopes().isEmpty()) {
            claims.claim(
                    "scope",
                    order.scopes().stream()
                            .map(TopicScope::toString)
                            .collect(Collectors.joining(" ")));
        }
        order.x5t().ifPresent(x5t -> claims.claim("cnf", Map.of("x5t#S256", x5t)));
        String compact = sign(claims.build());
        if (compact.length() > CompactToken.CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a token has at most " + CompactToken.CHARS_MAX + " characters: fewer scopes");
        }
        return new IssuedToken(id, until, compact);
    }

    private String sign(JWTClaimsSet claims) {
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(publicKey.getKeyID())
                        .build();
        var token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(privateKey, Curve.P_256));
        } catch (JOSEException e) {
            throw new IllegalStateException("the issuer's key does not sign", e);
        }
        return token.serialize();
    }

    /** The public key as a JWK set (RFC 7517), for others who verify. */
    public String jwks() {
        return new JWKSet(publicKey).toString(true);
    }

    /** The public key, for our own {@link TokenIssuers}. */
    public KeySet keys() {
        return switch (KeySet.parse(jwks())) {
            case KeySet.Read.Good(var keys) -> keys;
            case KeySet.Read.Broken(var why) -> throw new IllegalStateException(why);
        };
    }
}
