package io.outrider.seal;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Writes the vectors of announcements. */
final class AnnouncementVectors {
    private static final String KIND = "announcement";
    private static final String FORM = "7.2";
    private static final String SIGNING = "7.3";

    private final Scenario p256 = new Scenario(Suite.P256_HPKE);
    private final Scenario x25519 = new Scenario(Suite.X25519_HPKE);

    void write() throws Refusal, IOException {
        good("good-p256", p256);
        good("good-x25519", x25519);
        first();
        forged();
        foreign();
        malformedPayload();
        malformedEnvelope();
        malformedKeys();
    }

    private void good(String name, Scenario scenario) throws Refusal, IOException {
        describe(vector(name, "accepted", "an epoch announced as it should be", FORM), scenario)
                .with("announcement", scenario.begin().announcement())
                .write();
    }

    private Vector describe(Vector vector, Scenario scenario) throws Refusal {
        Announcement announcement = scenario.announcement();
        byte[] keyAndIv = ReportVectors.keyAndIv(scenario, Scenario.TRACKER, 0);
        return vector.with("suite", scenario.suite.code())
                .with("epoch-number", announcement.epochNumber())
                .with("epoch-id", Scenario.hex(announcement.epochId()))
                .with("predecessor", Scenario.hex(Scenario.PREDECESSOR))
                .with("journal-id", Scenario.hex(announcement.journalId()))
                .with("next-sequence", announcement.nextSequence())
                .with("time-base-ms", announcement.timeBaseMs())
                .with("identity-private", Scenario.IDENTITY.privateBytes())
                .with("backend-private", scenario.backend.privateBytes())
                .with("backend-public", scenario.backend.publicBytes())
                .with("backend-key-id", Scenario.hex(announcement.backendKeyId()))
                .with("ephemeral-private", scenario.ephemeral.privateBytes())
                .with("ephemeral-public", scenario.ephemeral.publicBytes())
                .with("hpke-info", EpochSecret.info(announcement))
                .with("epoch-secret", bytes(scenario.epochSecret()))
                .with("report-key", Arrays.copyOf(keyAndIv, 32))
                .with("report-base-iv", Arrays.copyOfRange(keyAndIv, 32, 44))
                .with("payload", announcement.toPayload());
    }

    private void first() throws Refusal, IOException {
        byte[] payload = payload(p256).predecessor(null).build();
        vector(
                        "good-first-epoch",
                        "accepted",
                        "the first epoch since enrolment has no predecessor",
                        FORM)
                .with("announcement", signed(payload))
                .write();
    }

    private void forged() throws Refusal, IOException {
        byte[] good = p256.begin().announcement();
        forged(
                "signature-bit",
                "one bit of the signature is flipped",
                flipped(good, good.length - 1));
        forged(
                "payload-bit",
                "one bit of the journal id is flipped; the signature is over it",
                flipped(good, 48));
        forged(
                "other-key",
                "signed by another tracker's key: a stolen identity announces for its neighbour",
                p256.begin(p256.start(), TestKey.signing("identity of van-18")).announcement());
        byte[] payload = p256.announcement().toPayload();
        forged(
                "other-purpose",
                "a signature over the same payload for another purpose",
                CoseSign1.sign(
                        Scenario.IDENTITY.privateKey(),
                        new FixedRandom("signature"),
                        "announce request",
                        List.of(),
                        payload));
        byte[] zero = good.clone();
        Arrays.fill(zero, zero.length - 64, zero.length, (byte) 0);
        forged(
                "zero-signature",
                "r = s = 0 verifies under any key where nobody looks (CVE-2022-21449)",
                zero);
    }

    private void foreign() throws Refusal, IOException {
        forged(
                "other-tracker",
                "announces an epoch of another tracker under this one's topic",
                p256.begin(p256.start(Scenario.FLEET, "van-18"), Scenario.IDENTITY).announcement());
        forged(
                "other-fleet",
                "announces an epoch of a tracker of the same name in another fleet",
                p256.begin(p256.start("south", Scenario.TRACKER), Scenario.IDENTITY)
                        .announcement());
        TestKey stranger = TestKey.of(Suite.P256_HPKE, "a stranger's sealing key");
        byte[] payload = payload(p256).backendKeyId(stranger.sealingKey().id()).build();
        vector(
                        "unknown-key",
                        "UNKNOWN_KEY",
                        "encapsulated to a key that the backend does not have",
                        SIGNING)
                .with("announcement", signed(payload))
                .write();
        vector(
                        "suite-3",
                        "UNSUPPORTED_SUITE",
                        "a suite that is reserved and not known to version 1",
                        FORM)
                .with("announcement", signed(payload(p256).suite(3).build()))
                .write();
    }

    private void malformedPayload() throws Refusal, IOException {
        payloadRefused("version-2", "another version", payload(p256).version(2));
        payloadRefused(
                "extra-field",
                "a thirteenth field that version 1 does not know",
                payload(p256).extra());
        payloadRefused(
                "name-with-slash",
                "a name that would reach into other topics",
                payload(p256).tracker("van/17"));
        payloadRefused(
                "name-upper-case", "two spellings of one name", payload(p256).tracker("Van-17"));
        payloadRefused(
                "name-of-33", "a name longer than 32", payload(p256).tracker("a".repeat(33)));
        payloadRefused("negative-epoch-number", "a negative number", payload(p256).epochNumber(-1));
        payloadRefused(
                "epoch-number-beyond",
                "2^62: sums must not overflow",
                payload(p256).epochNumber(1L << 62));
        payloadRefused(
                "suite-mismatch",
                "suite 2 with an encapsulation of suite 1",
                payload(p256).suite(2));
        payloadRefused("suite-0", "no suite has this code", payload(p256).suite(0));
        payloadRefused(
                "time-beyond",
                "a time base after the year 9999",
                payload(p256).timeBaseMs(253_402_300_800_000L));
    }

    private void malformedEnvelope() throws Refusal, IOException {
        byte[] good = p256.begin().announcement();
        refused("trailing-byte", "a byte follows", Arrays.copyOf(good, good.length + 1));
        refused("truncated", "the last byte is missing", Arrays.copyOf(good, good.length - 1));
        byte[] tagged = new byte[good.length + 1];
        tagged[0] = (byte) 0xd2;
        System.arraycopy(good, 0, tagged, 1, good.length);
        refused("tagged", "CBOR tag 18: a second form of the same message", tagged);
        byte[] otherAlgorithm = good.clone();
        otherAlgorithm[4] = 0x27;
        refused("eddsa", "EdDSA in the protected header", otherAlgorithm);
        byte[] payload = p256.announcement().toPayload();
        refused(
                "with-certificate",
                "a chain in the header: the identity key is the one of enrolment and no other",
                CoseSign1.sign(
                        Scenario.IDENTITY.privateKey(),
                        new FixedRandom("signature"),
                        Announcement.PURPOSE,
                        List.of(new byte[] {0x30, 0x00}),
                        payload));
    }

    private void malformedKeys() throws Refusal, IOException {
        byte[] offCurve = p256.ephemeral.publicBytes();
        offCurve[64] ^= 1;
        payloadRefused(
                "point-off-curve",
                "a point that is not on P-256: an invalid curve gives the private key away bit by bit",
                payload(p256).encapsulation(offCurve));
        byte[] infinity = new byte[65];
        infinity[0] = 0x04;
        payloadRefused("point-zero", "the point (0, 0)", payload(p256).encapsulation(infinity));
        byte[] compressed = Arrays.copyOf(p256.ephemeral.publicBytes(), 33);
        compressed[0] = 0x02;
        payloadRefused(
                "point-compressed",
                "a compressed point: a second form of the same key",
                payload(p256).encapsulation(compressed));
        payloadRefused(
                "x25519-zero",
                "u = 0: the shared secret is zero for every private key",
                payload(x25519).encapsulation(new byte[32]));
        byte[] one = new byte[32];
        one[0] = 1;
        payloadRefused(
                "x25519-small-order",
                "u = 1: a point of order 4",
                payload(x25519).encapsulation(one));
    }

    private void forged(String name, String why, byte[] announcement) throws Refusal, IOException {
        vector(name, "FORGED", why, SIGNING).with("announcement", announcement).write();
    }

    private void refused(String name, String why, byte[] announcement) throws Refusal, IOException {
        vector(name, "MALFORMED", why, FORM).with("announcement", announcement).write();
    }

    private void payloadRefused(String name, String why, AnnouncementPayload payload)
            throws Refusal, IOException {
        refused(name, why, signed(payload.build()));
    }

    private Vector vector(String name, String expect, String why, String section) throws Refusal {
        return Scenario.vector(KIND, name, expect, why, section)
                .with("fleet", Scenario.FLEET)
                .with("tracker", Scenario.TRACKER)
                .with("identity-public", Scenario.IDENTITY.publicBytes());
    }

    private static AnnouncementPayload payload(Scenario scenario) throws Refusal {
        return new AnnouncementPayload(scenario.announcement());
    }

    private static byte[] signed(byte[] payload) {
        return CoseSign1.sign(
                Scenario.IDENTITY.privateKey(),
                new FixedRandom("signature"),
                Announcement.PURPOSE,
                List.of(),
                payload);
    }

    static byte[] flipped(byte[] bytes, int index) {
        byte[] flipped = bytes.clone();
        flipped[index] ^= 1;
        return flipped;
    }

    static byte[] bytes(Secret secret) {
        return secret.<byte[]>exposeTo(byte[]::clone);
    }
}
