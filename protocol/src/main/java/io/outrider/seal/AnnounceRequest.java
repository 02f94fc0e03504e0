package io.outrider.seal;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.List;

/**
 * The backend's request that a tracker begin a new epoch (docs/protocol.md, section 10). The
 * tracker obeys each at most once: the time must be above that of the last one it obeyed.
 */
public record AnnounceRequest(String fleet, String tracker, long issuedAtMs) {
    private static final String PURPOSE = "announce request";
    private static final int VERSION = 1;

    public AnnounceRequest {
        Names.require(fleet);
        Names.require(tracker);
        Names.requireNumber("time of issue", issuedAtMs, Limits.TIME_MS_MAX);
    }

    /**
     * Signs the request.
     *
     * @param commandKey P-256, of the key statement
     * @return COSE_Sign1
     */
    public byte[] sign(PrivateKey commandKey, SecureRandom random) {
        return CoseSign1.sign(commandKey, random, PURPOSE, List.of(), toPayload());
    }

    /**
     * Reads a request and checks that the backend signed it for this tracker.
     *
     * @throws Refusal {@code MALFORMED}, or {@code FORGED} where it is not signed by this key or
     *     meant for another tracker
     */
    public static AnnounceRequest verify(
            byte[] coseSign1, String fleet, String tracker, PublicKey commandKey) throws Refusal {
        byte[] payload =
                CoseSign1.parseBare(coseSign1, Limits.ANNOUNCE_REQUEST_BYTES_MAX)
                        .payload(commandKey, PURPOSE);
        AnnounceRequest request = read(payload);
        if (!request.fleet.equals(fleet) || !request.tracker.equals(tracker)) {
            throw Refusal.forged("meant for another tracker");
        }
        return request;
    }

    private static AnnounceRequest read(byte[] payload) throws Refusal {
        CborReader in = new CborReader(payload, Limits.ANNOUNCE_REQUEST_BYTES_MAX);
        in.array();
        in.number(VERSION, VERSION);
        var request =
                new AnnounceRequest(
                        Names.read(in), Names.read(in), in.number(0, Limits.TIME_MS_MAX));
        in.endArray();
        in.endOf(request.toPayload());
        return request;
    }

    private byte[] toPayload() {
        return new CborWriter()
                .array(4)
                .number(VERSION)
                .text(fleet)
                .text(tracker)
                .number(issuedAtMs)
                .end()
                .toBytes();
    }
}
