package io.outrider.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.protocol.SharedData;
import io.outrider.protocol.Tracks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Recorded tracks come back exactly, to the last 1e-7 degree. */
class RecordedTracksTest {
    @Test
    void latitude_longitude_and_time_come_back_exactly() throws Exception {
        Optional<Path> file = SharedData.find("tracks/barefoot-x0001-001.json");
        if (file.isPresent()) {
            assertComesBack(Tracks.barefoot(file.get()));
        }
    }

    @Test
    void complete_positions_come_back_exactly() throws Exception {
        Optional<Path> file = SharedData.find("tracks/signalk-gps.log");
        if (file.isPresent()) {
            assertComesBack(Tracks.nmea(file.get()));
        }
    }

    private static void assertComesBack(List<Position> track) throws MalformedRun {
        assertThat(track).hasSizeGreaterThan(1_000);
        long base = Tracks.begin(track).toEpochMilli();
        for (int perReport : new int[] {1, 2, 3, 10, 60, 512}) {
            for (int i = 0; i < track.size(); i += perReport) {
                var run =
                        new Run.Positions(
                                i, track.subList(i, Math.min(i + perReport, track.size())));

                assertThat(RunCodec.decode(RunCodec.encode(run, 0, base), 0, base)).isEqualTo(run);
            }
        }
    }
}
