package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a token whose signature is right says (RFC 7519 section 4.1), held against what its issuer
 * may say. Pure; the checks stand in {@link #check} in their order.
 */
final class TokenClaims {
    private static final int SUBJECT_CHARS_MAX = 256;
    private static final double EPOCH_SECONDS_MAX = 253_402_300_799d; // the end of the year 9999
    private static final Pattern SPACES = Pattern.compile(" +");

    private final JsonNode claims;
    private final TokenIssuer issuer;
    private final Instant now;

    /** The token's fault. */
    private static final class RefusedException extends Exception {
        RefusedException(String why) {
            super(why);
        }
    }

    private record Times(Instant end, Optional<Instant> notBefore, Optional<Instant> issuedAt) {}

    TokenClaims(JsonNode claims, TokenIssuer issuer, Instant now) {
        this.claims = claims;
        this.issuer = issuer;
        this.now = now;
    }

    TokenCheck check(Optional<X509Certificate> presented) {
        try {
            requireAudience();
            Times times = times();
            requireCurrent(times);
            requireShort(times);
            String subject = subject();
            Optional<String> x5t = boundTo(presented);
            return new TokenCheck.Accepted(subject, until(times), scopes(), x5t, issuer.issuer());
        } catch (RefusedException e) {
            return new TokenCheck.Refused(String.valueOf(e.getMessage()));
        }
    }

    private void requireAudience() throws RefusedException {
        JsonNode aud = claims.path("aud");
        List<JsonNode> audiences = aud.isArray() ? aud.valueStream().toList() : List.of(aud);
        boolean ours =
                audiences.stream()
                        .anyMatch(a -> a.isString() && a.stringValue().equals(issuer.audience()));
        if (!ours) {
            throw new RefusedException("aud does not name " + issuer.audience());
        }
    }

    private Times times() throws RefusedException {
        Instant end = time("exp").orElseThrow(() -> new RefusedException("no exp"));
        return new Times(end, time("nbf"), time("iat"));
    }

    private void requireCurrent(Times times) throws RefusedException {
        Duration skew = issuer.clockSkew();
        if (!now.isBefore(times.end().plus(skew))) {
            throw new RefusedException("expired at " + times.end());
        }
        if (times.notBefore().isPresent() && now.isBefore(times.notBefore().get().minus(skew))) {
            throw new RefusedException("not valid before " + times.notBefore().get());
        }
        if (times.issuedAt().isPresent() && now.isBefore(times.issuedAt().get().minus(skew))) {
            throw new RefusedException("issued in the future, at " + times.issuedAt().get());
        }
    }

    /** A token that says no beginning is measured from now on. */
    private void requireShort(Times times) throws RefusedException {
        Instant begin = times.issuedAt().or(times::notBefore).orElse(now);
        if (begin.plus(issuer.lifetimeMax()).isBefore(times.end())) {
            throw new RefusedException("lives longer than " + issuer.lifetimeMax());
        }
    }

    private String subject() throws RefusedException {
        String subject = StrictJson.text(claims, "sub").orElse("");
        boolean good =
                !subject.isEmpty()
                        && subject.length() <= SUBJECT_CHARS_MAX
                        && subject.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        if (!good) {
            throw new RefusedException("no sub of 1 to 256 printable ASCII characters");
        }
        return subject;
    }

    /** RFC 8705 section 3.1. A token bound to something else is one that we cannot check. */
    private Optional<String> boundTo(Optional<X509Certificate> presented) throws RefusedException {
        if (!claims.has("cnf")) {
            return Optional.empty();
        }
        JsonNode confirmation = claims.path("cnf");
        Optional<String> x5t = StrictJson.text(confirmation, "x5t#S256");
        if (x5t.isEmpty() || confirmation.size() != 1) {
            throw new RefusedException("bound to something other than a certificate");
        }
        if (presented.isEmpty()) {
            throw new RefusedException("bound to a certificate, and none was presented");
        }
        if (!MessageDigest.isEqual(bytes(x5t.get()), bytes(thumbprint(presented.get())))) {
            throw new RefusedException("bound to another certificate");
        }
        return x5t;
    }

    /** The token's end; for one that our clock has seen end, what the skew still leaves. */
    private Instant until(Times times) {
        return now.isBefore(times.end()) ? times.end() : times.end().plus(issuer.clockSkew());
    }

    private Optional<List<TopicScope>> scopes() throws RefusedException {
        var words = new ArrayList<String>();
        for (String name : List.of("scope", "scp")) {
            JsonNode claim = claims.path(name);
            List<JsonNode> texts = claim.isArray() ? claim.valueStream().toList() : List.of(claim);
            for (JsonNode text : texts) {
                if (claim.isMissingNode()) {
                    continue;
                }
                if (!text.isString()) {
                    throw new RefusedException(name + " is no text");
                }
                words.addAll(SPACES.splitAsStream(text.stringValue()).toList());
            }
        }
        return switch (ScopeWords.parse(words)) {
            case ScopeWords.Read.Narrowed(var scopes) -> scopes;
            case ScopeWords.Read.Malformed(var why) -> throw new RefusedException(why);
        };
    }

    private Optional<Instant> time(String name) throws RefusedException {
        if (!claims.has(name)) {
            return Optional.empty();
        }
        JsonNode time = claims.path(name);
        double seconds = time.isNumber() ? time.doubleValue() : Double.NaN;
        if (!(seconds >= 0 && seconds <= EPOCH_SECONDS_MAX)) { // this way round for NaN
            throw new RefusedException(name + " is no time");
        }
        return Optional.of(Instant.ofEpochMilli((long) (seconds * 1000)));
    }

    static String thumbprint(X509Certificate certificate) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(ScramMath.sha256(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that came over TLS", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
