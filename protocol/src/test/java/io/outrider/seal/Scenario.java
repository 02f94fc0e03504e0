package io.outrider.seal;

import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.protocol.Vector;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/** One tracker, its backend and one epoch of each suite: what the vectors are about. */
final class Scenario {
    static final String FLEET = "north";
    static final String TRACKER = "van-17";
    static final long EPOCH_NUMBER = 259;
    static final long PREDECESSOR = 0x1f2e3d4c5b6a7988L;
    static final long JOURNAL_ID = 0x00c0ffee12345678L;
    static final long NEXT_SEQUENCE = 70_000;
    static final Instant TIME_BASE = Instant.parse("2026-11-22T08:00:00Z");
    static final TestKey IDENTITY = TestKey.signing("identity of van-17");

    final Suite suite;
    final TestKey backend;
    final TestKey ephemeral;
    final long epochId;

    Scenario(Suite suite) {
        this.suite = suite;
        this.backend = TestKey.of(suite, "sealing key");
        this.ephemeral = TestKey.of(suite, "ephemeral key");
        byte[] id = new byte[8];
        new FixedRandom("epoch id of " + suite).nextBytes(id);
        this.epochId = ByteBuffer.wrap(id).getLong();
    }

    EpochStart start() {
        return start(FLEET, TRACKER);
    }

    EpochStart start(String fleet, String tracker) {
        return new EpochStart(
                fleet,
                tracker,
                EPOCH_NUMBER,
                OptionalLong.of(PREDECESSOR),
                JOURNAL_ID,
                NEXT_SEQUENCE,
                TIME_BASE.toEpochMilli());
    }

    TrackerEpoch begin() throws Refusal {
        return begin(start(), IDENTITY);
    }

    TrackerEpoch begin(EpochStart start, TestKey identity) throws Refusal {
        return TrackerEpoch.begin(
                start,
                epochId,
                ephemeral.agreement(),
                backend.sealingKey(),
                identity.privateKey(),
                new FixedRandom("signature"));
    }

    Announcement announcement() throws Refusal {
        return BackendEpoch.verify(begin().announcement(), FLEET, TRACKER, IDENTITY.publicKey());
    }

    Secret epochSecret() throws Refusal {
        return BackendEpoch.epochSecret(announcement(), backend.agreement());
    }

    ReportKey reportKey() throws Refusal {
        return new ReportKey(epochSecret(), FLEET, TRACKER, suite, EPOCH_NUMBER, epochId);
    }

    /** Three complete positions, one second apart: the worked example of docs/protocol.md. */
    static byte[] plaintext() {
        Run run =
                new Run.Positions(
                        NEXT_SEQUENCE + 5,
                        List.of(
                                position(61_000, 481_635_066, 115_643_883, 12_300, 9_000),
                                position(62_000, 481_635_070, 115_645_535, 12_310, 9_005),
                                position(63_000, 481_635_075, 115_647_190, 12_330, 9_010)));
        return RunCodec.encode(run, NEXT_SEQUENCE, TIME_BASE.toEpochMilli());
    }

    /** What every vector begins with. */
    static Vector vector(String kind, String name, String expect, String why, String section) {
        return Vector.named(kind, name)
                .with("expect", expect)
                .with("why", why)
                .with("section", section);
    }

    static String hex(long id) {
        return HexFormat.of().toHexDigits(id);
    }

    private static Position position(
            long afterBaseMs, int latitudeE7, int longitudeE7, int speed, int course) {
        return new Position(
                TIME_BASE.plusMillis(afterBaseMs),
                latitudeE7,
                longitudeE7,
                speed,
                course,
                519_000,
                1,
                9,
                90);
    }
}
