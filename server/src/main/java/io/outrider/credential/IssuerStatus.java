package io.outrider.credential;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How the keys of one issuer stand.
 *
 * @param keyCount that can be used
 * @param seenAt when they were last seen at their source; empty where never
 * @param usable whether anybody gets in by this issuer's tokens
 * @param troubles what is wrong, each as a sentence: with the source, or with single keys
 */
public record IssuerStatus(
        String issuer,
        int keyCount,
        Optional<Instant> seenAt,
        boolean usable,
        List<String> troubles) {
    /** Whether nothing but the time differs. */
    boolean saysAsMuchAs(IssuerStatus other) {
        return keyCount == other.keyCount
                && usable == other.usable
                && troubles.equals(other.troubles);
    }
}
