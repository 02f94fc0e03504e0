package io.outrider.seal;

import java.security.PublicKey;

/** The backend's side of an epoch: opens its reports. Safe for use by many threads until closed. */
public final class BackendEpoch implements AutoCloseable {
    private final ReportKey key;

    private BackendEpoch(ReportKey key) {
        this.key = key;
    }

    /**
     * Reads an announcement and checks that this tracker signed it about itself.
     *
     * @param identityKey the P-256 key registered at enrolment
     * @throws Refusal {@code MALFORMED}, {@code FORGED} or {@code UNSUPPORTED_SUITE}
     */
    public static Announcement verify(
            byte[] coseSign1, String fleet, String tracker, PublicKey identityKey) throws Refusal {
        return Announcement.verify(coseSign1, fleet, tracker, identityKey);
    }

    /**
     * The 32 bytes that both sides agree on in an epoch: what the store keeps wrapped.
     *
     * @param key the agreement with the key that the announcement names
     * @throws Refusal {@code UNKNOWN_KEY} where it names another, {@code MALFORMED} where its
     *     encapsulation is no valid key
     */
    public static Secret epochSecret(Announcement announcement, Agreement key) throws Refusal {
        SealingPublicKey own = key.publicKey();
        if (own.id() != announcement.backendKeyId() || own.suite() != announcement.suite()) {
            throw new Refusal(Refusal.Reason.UNKNOWN_KEY, "encapsulated to another key");
        }
        return EpochSecret.ofBackend(announcement, key);
    }

    /** The epoch of this announcement; the secret stays the caller's to close. */
    public static BackendEpoch of(Announcement announcement, Secret epochSecret) {
        return of(
                announcement.fleet(),
                announcement.tracker(),
                announcement.suite(),
                announcement.epochNumber(),
                announcement.epochId(),
                epochSecret);
    }

    /** The epoch of an announcement that was verified earlier, from what was kept of it. */
    public static BackendEpoch of(
            String fleet,
            String tracker,
            Suite suite,
            long epochNumber,
            long epochId,
            Secret epochSecret) {
        return new BackendEpoch(
                new ReportKey(epochSecret, fleet, tracker, suite, epochNumber, epochId));
    }

    /**
     * What the tracker sealed.
     *
     * @throws Refusal {@code FORGED} where it was not sealed by this tracker in this epoch
     */
    public byte[] open(SealedReport report) throws Refusal {
        return key.open(report);
    }

    @Override
    public void close() {
        key.close();
    }
}
