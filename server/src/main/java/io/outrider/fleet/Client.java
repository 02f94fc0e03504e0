package io.outrider.fleet;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An operator's tool, a dashboard, a data lake: whoever is no tracker.
 *
 * @param name {@code [a-z0-9-]{1,32}}, never a fleet's
 * @param number at least 1, given at {@link Registry#addClient} and never again
 * @param grants all that it may do
 * @param certificate that was issued last; empty where there is none
 */
public record Client(
        String name,
        long number,
        Instant addedAt,
        List<Grant> grants,
        MethodPolicy methods,
        Optional<Certified> certificate) {

    /**
     * A certificate of a client.
     *
     * @param keySha256 SHA-256 of its key as SubjectPublicKeyInfo, lowercase hex
     * @param serial lowercase hex
     */
    public record Certified(Instant issuedAt, String keySha256, String serial, Instant notAfter) {}

    public Client {
        grants = List.copyOf(grants);
    }

    RightsChange.Who who() {
        return new RightsChange.Who(IdentityKind.CLIENT, name, number);
    }
}
