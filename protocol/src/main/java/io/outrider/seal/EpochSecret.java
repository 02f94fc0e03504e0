package io.outrider.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** How both sides come to the secret of an epoch (docs/protocol.md, section 6). */
final class EpochSecret {
    static final int BYTES = 32;

    private static final int VERSION = 1;
    private static final byte[] EXPORTER_CONTEXT = "Outrider v1 epoch".getBytes(US_ASCII);

    private EpochSecret() {}

    static Secret ofTracker(
            Agreement ephemeral,
            SealingPublicKey backend,
            String fleet,
            String tracker,
            long epochId)
            throws Refusal {
        Suite suite = backend.suite();
        var hpke = new Hpke(suite, Hpke.AEAD_EXPORT_ONLY);
        byte[] info = info(fleet, tracker, suite, epochId);
        try (Secret exporter = hpke.exporterSecret(ephemeral, backend, info)) {
            return hpke.export(exporter, EXPORTER_CONTEXT, BYTES);
        }
    }

    static Secret ofBackend(Announcement announcement, Agreement key) throws Refusal {
        var hpke = new Hpke(announcement.suite(), Hpke.AEAD_EXPORT_ONLY);
        byte[] info = info(announcement);
        byte[] encapsulation = announcement.encapsulation().toArray();
        try (Secret exporter = hpke.exporterSecret(encapsulation, key, info)) {
            return hpke.export(exporter, EXPORTER_CONTEXT, BYTES);
        }
    }

    /** What HPKE binds the secret to. */
    static byte[] info(Announcement announcement) {
        return info(
                announcement.fleet(),
                announcement.tracker(),
                announcement.suite(),
                announcement.epochId());
    }

    private static byte[] info(String fleet, String tracker, Suite suite, long epochId) {
        return new CborWriter()
                .array(5)
                .number(VERSION)
                .text(fleet)
                .text(tracker)
                .number(suite.code())
                .id(epochId)
                .end()
                .toBytes();
    }
}
