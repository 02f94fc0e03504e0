package io.outrider.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.EpochStart;
import io.outrider.seal.SoftwareAgreement;
import io.outrider.seal.Suite;
import io.outrider.seal.TrackerEpoch;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How many bytes of sealed payload a position costs, as a mean over a recorded track. */
class SealedSizesTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void latitude_longitude_and_time_cost_few_bytes() throws Exception {
        Optional<Path> file = SharedData.find("tracks/barefoot-x0001-001.json");
        if (file.isEmpty()) {
            return;
        }
        List<Position> track = Tracks.barefoot(file.get());

        assertThat(bytesPerPosition("barefoot", track, 1)).isLessThanOrEqualTo(54);
        assertThat(bytesPerPosition("barefoot", track, 10)).isLessThanOrEqualTo(10);
        assertThat(bytesPerPosition("barefoot", track, 60)).isLessThanOrEqualTo(5.5);
    }

    @Test
    void complete_positions_cost_few_bytes() throws Exception {
        Optional<Path> file = SharedData.find("tracks/signalk-gps.log");
        if (file.isEmpty()) {
            return;
        }
        List<Position> track = Tracks.nmea(file.get());
        assertThat(track).allMatch(position -> position.altitudeMm() != null);

        assertThat(bytesPerPosition("signalk-gps", track, 1)).isLessThanOrEqualTo(66);
        assertThat(bytesPerPosition("signalk-gps", track, 10)).isLessThanOrEqualTo(15);
        assertThat(bytesPerPosition("signalk-gps", track, 60)).isLessThanOrEqualTo(11);
    }

    private double bytesPerPosition(String name, List<Position> track, int perReport)
            throws Exception {
        long bytes = 0;
        try (TrackerEpoch epoch = begin(track)) {
            for (int i = 0; i < track.size(); i += perReport) {
                var run =
                        new Run.Positions(
                                i, track.subList(i, Math.min(i + perReport, track.size())));
                byte[] plaintext = RunCodec.encode(run, epoch.nextSequence(), epoch.timeBaseMs());
                bytes += epoch.seal(plaintext).length;
            }
        }
        double mean = (double) bytes / track.size();
        System.out.printf(
                Locale.ROOT,
                "%s: %d positions, %d a report: %.2f bytes a position sealed%n",
                name,
                track.size(),
                perReport,
                mean);
        return mean;
    }

    private TrackerEpoch begin(List<Position> track) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        KeyPair identity = generator.generateKeyPair();
        return TrackerEpoch.begin(
                new EpochStart(
                        "north",
                        "van-1",
                        1,
                        OptionalLong.empty(),
                        random.nextLong(),
                        0,
                        Tracks.begin(track).toEpochMilli()),
                SoftwareAgreement.generate(Suite.P256_HPKE, random).publicKey(),
                identity.getPrivate(),
                random);
    }
}
