package io.outrider.credential;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whose tokens are believed, and how far.
 *
 * @param issuer {@code iss}, compared character by character
 * @param audience must be among {@code aud}
 * @param algorithms of which a token must have one; not empty
 * @param clockSkew how far the issuer's clock may be off, at most five minutes
 * @param lifetimeMax from {@code iat} (or {@code nbf}) to {@code exp}
 * @param keysAgeMax how long after they were last seen at their source the keys are believed
 * @param refreshEvery how often a URL is asked
 */
public record TokenIssuer(
        String issuer,
        String audience,
        Set<TokenAlgorithm> algorithms,
        KeySource keys,
        Duration clockSkew,
        Duration lifetimeMax,
        Duration keysAgeMax,
        Duration refreshEvery) {
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(30);
    public static final Duration CLOCK_SKEW_MAX = Duration.ofMinutes(5);
    public static final Duration LIFETIME_MAX = Duration.ofHours(24);
    public static final Duration KEYS_AGE_MAX = Duration.ofHours(24);
    public static final Duration REFRESH_EVERY = Duration.ofMinutes(15);

    private static final int NAME_CHARS_MAX = 512;

    /**
     * Checks every bound.
     *
     * @throws IllegalArgumentException with a sentence for the operator
     */
    public TokenIssuer {
        require(isName(issuer), "issuer: 1 to 512 printable ASCII characters");
        require(isName(audience), "audience: 1 to 512 printable ASCII characters");
        require(!algorithms.isEmpty(), "algorithms: at least one of ES256, EdDSA, RS256, PS256");
        require(isWithin(clockSkew, Duration.ZERO, CLOCK_SKEW_MAX), "clock skew: 0 to 300 s");
        require(
                isWithin(lifetimeMax, Duration.ofMinutes(1), Duration.ofDays(366)),
                "lifetime: one minute to 366 days");
        require(
                isWithin(refreshEvery, Duration.ofSeconds(1), Duration.ofDays(1)),
                "refresh interval: one second to one day");
        require(
                isWithin(keysAgeMax, refreshEvery, Duration.ofDays(366)),
                "age of keys: at least the refresh interval, at most 366 days");
        algorithms = Set.copyOf(EnumSet.copyOf(algorithms));
    }

    /** With the defaults for everything that has one. */
    public TokenIssuer(
            String issuer, String audience, Set<TokenAlgorithm> algorithms, KeySource keys) {
        this(
                issuer,
                audience,
                algorithms,
                keys,
                CLOCK_SKEW,
                LIFETIME_MAX,
                KEYS_AGE_MAX,
                REFRESH_EVERY);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= NAME_CHARS_MAX
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    private static boolean isWithin(Duration value, Duration min, Duration max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }
}
