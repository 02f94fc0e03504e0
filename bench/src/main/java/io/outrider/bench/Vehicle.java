package io.outrider.bench;

import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.EpochStart;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealingPublicKey;
import io.outrider.seal.TrackerEpoch;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * A tracker that drives and seals what it drove: one epoch, complete positions, one a second. It
 * comes out of a long tunnel and empties its journal, so its clock may run faster than ours without
 * ever being ahead of it. Used by one thread at a time.
 */
final class Vehicle {
    /** Far enough back that no run catches up with the present. */
    private static final Duration TUNNEL = Duration.ofDays(10);

    private static final double E7_PER_METRE = 1e7 / 111_320;
    private static final SecureRandom SECURE = new SecureRandom();

    private final Member member;
    private final TrackerId id;
    private final TrackerEpoch epoch;
    private final SplittableRandom random;
    private final byte[] reportTopic;
    private long sequence;
    private long timeMs;
    private double latitudeE7 = 481_000_000;
    private double longitudeE7;
    private double speedMPerS = 15;
    private double courseDeg;
    private double altitudeM = 240;

    private Vehicle(
            Member member, SealingPublicKey backend, Function<TrackerId, String> reportTopic)
            throws Refusal {
        this.member = member;
        this.id = TrackerId.parse(member.clientId()).orElseThrow();
        this.random = new SplittableRandom(id.hashCode());
        this.timeMs = Instant.now().minus(TUNNEL).toEpochMilli();
        this.longitudeE7 = 110_000_000 + random.nextInt(10_000_000);
        this.courseDeg = random.nextInt(360);
        this.reportTopic = reportTopic.apply(id).getBytes(StandardCharsets.US_ASCII);
        var start =
                new EpochStart(
                        id.fleet(),
                        id.tracker(),
                        0,
                        OptionalLong.empty(),
                        SECURE.nextLong(),
                        0,
                        timeMs);
        this.epoch = TrackerEpoch.begin(start, backend, member.key(), SECURE);
    }

    /** One for each member, with Outrider's topics. */
    static List<Vehicle> all(List<Member> members, SealingPublicKey backend) throws BenchException {
        return all(members, backend, id -> id.topic(Channel.REPORT));
    }

    static List<Vehicle> all(
            List<Member> members, SealingPublicKey backend, Function<TrackerId, String> reportTopic)
            throws BenchException {
        var vehicles = new ArrayList<Vehicle>();
        try {
            for (Member member : members) {
                vehicles.add(new Vehicle(member, backend, reportTopic));
            }
            return vehicles;
        } catch (Refusal e) {
            throw new BenchException("a vehicle cannot seal: " + e.getMessage(), e);
        }
    }

    Member member() {
        return member;
    }

    byte[] reportTopic() {
        return reportTopic;
    }

    byte[] epochTopic() {
        return id.topic(Channel.EPOCH).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] announcement() {
        return epoch.announcement();
    }

    /** The next positions of the drive, sealed. */
    byte[] report(int positions) {
        List<Position> driven = new ArrayList<>(positions);
        for (int i = 0; i < positions; i++) {
            driven.add(drive());
        }
        byte[] plaintext =
                RunCodec.encode(new Run.Positions(sequence, driven), 0, epoch.timeBaseMs());
        sequence += positions;
        return epoch.seal(plaintext);
    }

    /** Positions so far. */
    long driven() {
        return sequence;
    }

    private Position drive() {
        speedMPerS = Math.clamp(speedMPerS + random.nextDouble() - 0.5, 0, 33);
        courseDeg = (courseDeg + random.nextDouble() * 6 - 3 + 360) % 360;
        altitudeM += random.nextDouble() * 0.4 - 0.2;
        double radians = Math.toRadians(courseDeg);
        latitudeE7 += speedMPerS * Math.cos(radians) * E7_PER_METRE;
        longitudeE7 +=
                speedMPerS
                        * Math.sin(radians)
                        * E7_PER_METRE
                        / Math.cos(Math.toRadians(latitudeE7 / 1e7));
        timeMs += 1_000;
        return new Position(
                Instant.ofEpochMilli(timeMs),
                (int) Math.clamp(latitudeE7, -800_000_000.0, 800_000_000.0),
                (int) Math.clamp(longitudeE7, -1_700_000_000.0, 1_700_000_000.0),
                (int) (speedMPerS * 1_000),
                (int) (courseDeg * 100),
                Math.toIntExact(Math.round(altitudeM * 10)) * 100,
                1,
                8 + random.nextInt(4),
                80 + random.nextInt(30));
    }
}
