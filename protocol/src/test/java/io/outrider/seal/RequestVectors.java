package io.outrider.seal;

import io.outrider.protocol.Vector;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Writes the vectors of announce requests. */
final class RequestVectors {
    private static final String SECTION = "10.2";
    private static final long ISSUED_AT_MS = 1_795_341_600_000L;

    private final TestKey command = TestKey.signing("command key");

    void write() throws Refusal, IOException {
        byte[] good = signed(command, request(Scenario.FLEET, Scenario.TRACKER));
        vector("good", "accepted", "a request to begin a new epoch")
                .with("issued-at-ms", ISSUED_AT_MS)
                .with("request", good)
                .write();
        refused(
                "signature-bit",
                "FORGED",
                "one bit of the signature is flipped",
                AnnouncementVectors.flipped(good, good.length - 1));
        forged();
        malformed(good);
    }

    private void forged() throws IOException {
        refused(
                "other-key",
                "FORGED",
                "signed by a broker's key, to make trackers begin epochs without end",
                signed(TestKey.signing("broker"), request(Scenario.FLEET, Scenario.TRACKER)));
        refused(
                "other-tracker",
                "FORGED",
                "a request to another tracker, published here",
                signed(command, request(Scenario.FLEET, "van-18")));
        refused(
                "other-fleet",
                "FORGED",
                "a request to a tracker of another fleet",
                signed(command, request("south", Scenario.TRACKER)));
        refused(
                "other-purpose",
                "FORGED",
                "a signature for another purpose",
                CoseSign1.sign(
                        command.privateKey(),
                        new FixedRandom("signature"),
                        "announcement",
                        List.of(),
                        payload(1, Scenario.TRACKER, ISSUED_AT_MS)));
    }

    private void malformed(byte[] good) throws IOException {
        refused(
                "version-2",
                "MALFORMED",
                "another version",
                signed(payload(2, Scenario.TRACKER, ISSUED_AT_MS)));
        refused(
                "name-empty",
                "MALFORMED",
                "a name without a letter",
                signed(payload(1, "", ISSUED_AT_MS)));
        refused(
                "time-negative",
                "MALFORMED",
                "a time before 1970",
                signed(payload(1, Scenario.TRACKER, -1)));
        refused(
                "trailing-byte",
                "MALFORMED",
                "a byte follows",
                Arrays.copyOf(good, good.length + 1));
        refused(
                "truncated",
                "MALFORMED",
                "the last byte is missing",
                Arrays.copyOf(good, good.length - 1));
        refused("empty", "MALFORMED", "no byte at all", new byte[0]);
    }

    private static AnnounceRequest request(String fleet, String tracker) {
        return new AnnounceRequest(fleet, tracker, ISSUED_AT_MS);
    }

    private static byte[] signed(TestKey key, AnnounceRequest request) {
        return request.sign(key.privateKey(), new FixedRandom("signature"));
    }

    private byte[] signed(byte[] payload) {
        return CoseSign1.sign(
                command.privateKey(),
                new FixedRandom("signature"),
                "announce request",
                List.of(),
                payload);
    }

    private static byte[] payload(int version, String tracker, long issuedAtMs) {
        return new CborWriter()
                .array(4)
                .number(version)
                .text(Scenario.FLEET)
                .text(tracker)
                .number(issuedAtMs)
                .end()
                .toBytes();
    }

    private void refused(String name, String expect, String why, byte[] request)
            throws IOException {
        vector(name, expect, why).with("request", request).write();
    }

    private Vector vector(String name, String expect, String why) {
        return Scenario.vector("request", name, expect, why, SECTION)
                .with("fleet", Scenario.FLEET)
                .with("tracker", Scenario.TRACKER)
                .with("command-public", command.publicBytes());
    }
}
