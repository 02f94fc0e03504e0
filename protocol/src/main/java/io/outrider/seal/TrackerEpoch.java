package io.outrider.seal;

import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.List;

/**
 * The vehicle's side of an epoch: announces it, then seals reports under the counters 0, 1, 2 and
 * so on. Lives in memory only, so that after a crash no counter can be used twice. Used by one
 * thread.
 */
public final class TrackerEpoch implements AutoCloseable {
    private final Announcement announcement;
    private final byte[] announcementBytes;
    private final ReportKey key;
    private int sealedCount;

    private TrackerEpoch(Announcement announcement, byte[] announcementBytes, ReportKey key) {
        this.announcement = announcement;
        this.announcementBytes = announcementBytes;
        this.key = key;
    }

    /**
     * Draws an epoch id and an ephemeral key, and signs the announcement.
     *
     * @param backend a key of a verified key statement
     * @param identityKey the P-256 key of the tracker's certificate
     * @throws Refusal where no secret can be agreed with the backend's key
     */
    public static TrackerEpoch begin(
            EpochStart start, SealingPublicKey backend, PrivateKey identityKey, SecureRandom random)
            throws Refusal {
        long epochId = random.nextLong();
        Agreement ephemeral = SoftwareAgreement.generate(backend.suite(), random);
        return begin(start, epochId, ephemeral, backend, identityKey, random);
    }

    static TrackerEpoch begin(
            EpochStart start,
            long epochId,
            Agreement ephemeral,
            SealingPublicKey backend,
            PrivateKey identityKey,
            SecureRandom random)
            throws Refusal {
        Announcement announcement = announcement(start, epochId, ephemeral, backend);
        byte[] signed =
                CoseSign1.sign(
                        identityKey,
                        random,
                        Announcement.PURPOSE,
                        List.of(),
                        announcement.toPayload());
        try (Secret secret =
                EpochSecret.ofTracker(
                        ephemeral, backend, start.fleet(), start.tracker(), epochId)) {
            var key =
                    new ReportKey(
                            secret,
                            start.fleet(),
                            start.tracker(),
                            backend.suite(),
                            start.epochNumber(),
                            epochId);
            return new TrackerEpoch(announcement, signed, key);
        }
    }

    private static Announcement announcement(
            EpochStart start, long epochId, Agreement ephemeral, SealingPublicKey backend) {
        return new Announcement(
                start.fleet(),
                start.tracker(),
                start.epochNumber(),
                epochId,
                start.predecessor(),
                start.journalId(),
                start.nextSequence(),
                start.timeBaseMs(),
                backend.suite(),
                backend.id(),
                Bytes.copyOf(ephemeral.publicKey().bytes()));
    }

    /** COSE_Sign1, to be published and acknowledged before the first report. */
    public byte[] announcement() {
        return announcementBytes.clone();
    }

    public long epochId() {
        return announcement.epochId();
    }

    public long epochNumber() {
        return announcement.epochNumber();
    }

    public long nextSequence() {
        return announcement.nextSequence();
    }

    public long timeBaseMs() {
        return announcement.timeBaseMs();
    }

    /**
     * Seals under the next counter.
     *
     * @param plaintext 1 to {@link Limits#REPORT_PLAINTEXT_BYTES_MAX} bytes
     * @return COSE_Encrypt0, to be sent, and sent again, as it is
     * @throws IllegalStateException after 2^20 reports: begin another epoch
     */
    public byte[] seal(byte[] plaintext) {
        if (plaintext.length == 0 || plaintext.length > Limits.REPORT_PLAINTEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a report of " + plaintext.length + " bytes");
        }
        if (sealedCount >= Limits.REPORTS_PER_EPOCH_MAX) {
            throw new IllegalStateException("this epoch has sealed all that it may");
        }
        return key.seal(sealedCount++, plaintext).toBytes();
    }

    /** How many reports this epoch sealed: the counter of the next. */
    public int sealedCount() {
        return sealedCount;
    }

    @Override
    public void close() {
        key.close();
    }
}
