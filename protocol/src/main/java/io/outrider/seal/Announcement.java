package io.outrider.seal;

import java.security.PublicKey;
import java.util.OptionalLong;

/**
 * A tracker's word that it begins an epoch (docs/protocol.md, section 7). Whoever holds one that
 * {@link BackendEpoch#verify} gave holds one that the tracker signed.
 *
 * @param epochNumber 0 to 2^62 - 1; its low byte is the key identifier of the reports
 * @param epochId eight bytes drawn at random
 * @param predecessor the epoch id of the epoch before, or empty for the first since enrolment
 * @param journalId eight bytes drawn at random when the journal was made
 * @param nextSequence what first sequences in the reports of this epoch are relative to
 * @param timeBaseMs what times in the reports are relative to, milliseconds since 1970-01-01 UTC
 * @param backendKeyId {@link SealingPublicKey#id} of the key that was encapsulated to
 * @param encapsulation the ephemeral public key, "enc" of RFC 9180
 */
public record Announcement(
        String fleet,
        String tracker,
        long epochNumber,
        long epochId,
        OptionalLong predecessor,
        long journalId,
        long nextSequence,
        long timeBaseMs,
        Suite suite,
        long backendKeyId,
        Bytes encapsulation) {

    static final String PURPOSE = "announcement";

    private static final int VERSION = 1;
    private static final int SUITE_CODE_MAX = 255;

    public Announcement {
        Names.require(fleet);
        Names.require(tracker);
        Names.requireNumber("epoch number", epochNumber, Limits.NUMBER_MAX);
        Names.requireNumber("next sequence", nextSequence, Limits.NUMBER_MAX);
        Names.requireNumber("time base", timeBaseMs, Limits.TIME_MS_MAX);
        if (encapsulation.length() != suite.publicKeyBytes()) {
            throw new IllegalArgumentException("not an encapsulation of " + suite);
        }
    }

    static Announcement verify(byte[] coseSign1, String fleet, String tracker, PublicKey key)
            throws Refusal {
        byte[] payload =
                CoseSign1.parseBare(coseSign1, Limits.ANNOUNCEMENT_BYTES_MAX).payload(key, PURPOSE);
        Announcement announcement = read(payload);
        if (!announcement.fleet.equals(fleet) || !announcement.tracker.equals(tracker)) {
            throw Refusal.forged("announces an epoch of another tracker");
        }
        return announcement;
    }

    static Announcement read(byte[] payload) throws Refusal {
        CborReader in = new CborReader(payload, Limits.ANNOUNCEMENT_BYTES_MAX);
        in.array();
        in.number(VERSION, VERSION);
        String fleet = Names.read(in);
        String tracker = Names.read(in);
        long epochNumber = in.number(0, Limits.NUMBER_MAX);
        long epochId = in.id();
        OptionalLong predecessor = in.nothing() ? OptionalLong.empty() : OptionalLong.of(in.id());
        long journalId = in.id();
        long nextSequence = in.number(0, Limits.NUMBER_MAX);
        long timeBaseMs = in.number(0, Limits.TIME_MS_MAX);
        long suiteCode = in.number(1, SUITE_CODE_MAX);
        long backendKeyId = in.id();
        byte[] encapsulation = in.bytes(1, Limits.ENCAPSULATION_BYTES_MAX);
        in.endArray();
        Suite suite = knownSuite(suiteCode, encapsulation.length);
        var announcement =
                new Announcement(
                        fleet,
                        tracker,
                        epochNumber,
                        epochId,
                        predecessor,
                        journalId,
                        nextSequence,
                        timeBaseMs,
                        suite,
                        backendKeyId,
                        Bytes.copyOf(encapsulation));
        in.endOf(announcement.toPayload());
        return announcement;
    }

    private static Suite knownSuite(long code, int encapsulationBytes) throws Refusal {
        Suite suite =
                Suite.ofCode(code)
                        .orElseThrow(() ->
                                new Refusal(Refusal.Reason.UNSUPPORTED_SUITE, "suite " + code));
        if (encapsulationBytes != suite.publicKeyBytes()) {
            throw Refusal.malformed("not an encapsulation of " + suite);
        }
        return suite;
    }

    byte[] toPayload() {
        CborWriter out =
                new CborWriter()
                        .array(12)
                        .number(VERSION)
                        .text(fleet)
                        .text(tracker)
                        .number(epochNumber)
                        .id(epochId);
        if (predecessor.isPresent()) {
            out.id(predecessor.getAsLong());
        } else {
            out.nothing();
        }
        return out.id(journalId)
                .number(nextSequence)
                .number(timeBaseMs)
                .number(suite.code())
                .id(backendKeyId)
                .bytes(encapsulation.toArray())
                .end()
                .toBytes();
    }
}
