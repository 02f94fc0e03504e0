package io.outrider.intake;

import io.outrider.fleet.Change;
import io.outrider.fleet.Enrolment;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.keys.SealingKeys;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.EpochStart;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealingPublicKey;
import io.outrider.seal.Suite;
import io.outrider.seal.TrackerEpoch;
import io.outrider.topic.TrackerId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The vehicle's side of sealing, for a tracker that is enrolled. */
final class Vehicle {
    static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    final TrackerId id;
    final long enrolment;
    final KeyPair identity;
    private final SealingPublicKey backend;
    private long epochNumber;
    private OptionalLong predecessor = OptionalLong.empty();

    private Vehicle(TrackerId id, long enrolment, KeyPair identity, SealingPublicKey backend) {
        this.id = id;
        this.enrolment = enrolment;
        this.identity = identity;
        this.backend = backend;
    }

    /** Adds it to the registry, its fleet too where there is none, and enrols it. */
    static Vehicle enrolled(Registry registry, SealingKeys keys, Suite suite, String name)
            throws Exception {
        TrackerId id = TrackerId.parse(name).orElseThrow();
        if (registry.fleets().stream().noneMatch(fleet -> fleet.name().equals(id.fleet()))) {
            registry.createFleet(id.fleet());
        }
        byte[] token =
                MessageDigest.getInstance("SHA-256")
                        .digest(name.getBytes(StandardCharsets.US_ASCII));
        if (!(registry.add(name, token) instanceof Change.Made<Tracker>(Tracker tracker))) {
            throw new AssertionError("not added");
        }
        KeyPair identity = newKey();
        X509Certificate certificate = certificate(identity);
        if (!(registry.enrol(id, token, identity.getPublic(), _ -> certificate)
                instanceof Enrolment.Enrolled)) {
            throw new AssertionError("not enrolled");
        }
        SealingPublicKey backend =
                keys.current().stream().filter(k -> k.suite() == suite).findFirst().orElseThrow();
        return new Vehicle(id, tracker.enrolment(), identity, backend);
    }

    /** One more than the last, which it names as its predecessor. */
    TrackerEpoch nextEpoch() throws Refusal {
        TrackerEpoch epoch = epoch(epochNumber, predecessor, backend);
        epochNumber++;
        predecessor = OptionalLong.of(epoch.epochId());
        return epoch;
    }

    /** As a clone would begin one: from what was copied, without a trace here. */
    TrackerEpoch clonedEpoch() throws Refusal {
        return epoch(epochNumber, predecessor, backend);
    }

    TrackerEpoch epochFor(SealingPublicKey other) throws Refusal {
        return epoch(epochNumber, predecessor, other);
    }

    private TrackerEpoch epoch(long number, OptionalLong after, SealingPublicKey to)
            throws Refusal {
        var start =
                new EpochStart(id.fleet(), id.tracker(), number, after, 77, 0, NOON.toEpochMilli());
        return TrackerEpoch.begin(start, to, identity.getPrivate(), RANDOM);
    }

    static byte[] plaintext(long first, int count) {
        return RunCodec.encode(run(first, count), 0, NOON.toEpochMilli());
    }

    static Run run(long first, int count) {
        List<Position> positions =
                LongStream.range(first, first + count)
                        .mapToObj(
                                i -> Position.of(NOON.plusSeconds(i - 1_000), 481_000_000, (int) i))
                        .toList();
        return new Run.Positions(first, positions);
    }

    private static KeyPair newKey() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(KeyPair key) throws Exception {
        var builder =
                new X509v3CertificateBuilder(
                        new X500Name("CN=nobody"),
                        BigInteger.valueOf(RANDOM.nextLong(1, Long.MAX_VALUE)),
                        Date.from(NOON),
                        Date.from(NOON.plusSeconds(86_400)),
                        new X500Name("CN=somebody"),
                        SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
