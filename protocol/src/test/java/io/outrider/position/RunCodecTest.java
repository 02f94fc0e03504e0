package io.outrider.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.protocol.ForAll;
import io.outrider.protocol.Vector;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunCodecTest {
    private static final long TIME_BASE_MS = 1_795_334_400_000L;

    static List<Vector> vectors() throws IOException {
        return Vector.all("run");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectors_are_read_and_written_or_refused(Vector vector) throws MalformedRun {
        byte[] plaintext = vector.bytes("plaintext");
        long next = vector.number("next-sequence");
        long base = vector.number("time-base-ms");
        if (vector.text("expect").equals("MALFORMED")) {
            assertThatThrownBy(() -> RunCodec.decode(plaintext, next, base))
                    .isInstanceOf(MalformedRun.class);
            return;
        }

        Run run = RunCodec.decode(plaintext, next, base);

        assertThat(run.firstSequence()).isEqualTo(vector.number("first-sequence"));
        assertThat(run.count()).isEqualTo((int) vector.number("count"));
        assertThat(RunCodec.encode(run, next, base)).isEqualTo(plaintext);
        switch (run) {
            case Run.Dropped dropped ->
                    assertThat(dropped.reason()).hasToString(vector.text("dropped"));
            case Run.Positions positions -> {
                for (int i = 0; i < run.count(); i++) {
                    assertThat(RunVectors.line(positions.positions().get(i)))
                            .isEqualTo(vector.text("position-" + i));
                }
            }
        }
    }

    @Test
    void every_flipped_bit_of_a_vector_is_another_run_or_refused() throws Exception {
        for (Vector vector : vectors()) {
            byte[] plaintext = vector.bytes("plaintext");
            for (int bit = 0; bit < 8 * plaintext.length; bit++) {
                byte[] flipped = plaintext.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertCanonicalOrRefused(flipped);
            }
        }
    }

    @Test
    void every_truncation_of_a_vector_is_refused() throws Exception {
        for (Vector vector : vectors()) {
            byte[] plaintext = vector.bytes("plaintext");
            for (int length = 0; length < plaintext.length; length++) {
                byte[] truncated = Arrays.copyOf(plaintext, length);
                if (vector.text("expect").equals("accepted")) {
                    assertThatThrownBy(() -> RunCodec.decode(truncated, 0, TIME_BASE_MS))
                            .isInstanceOf(MalformedRun.class);
                }
            }
        }
    }

    @Test
    void random_bytes_are_a_run_in_its_one_form_or_refused() throws Exception {
        ForAll.seeds(
                50_000,
                random -> {
                    byte[] bytes = new byte[random.nextInt(60)];
                    random.nextBytes(bytes);
                    if (bytes.length > 3) { // otherwise hardly any gets past its head
                        bytes[0] = (byte) (0x83 + random.nextInt(9));
                        bytes[1] = (byte) random.nextInt(24);
                        bytes[2] = (byte) (1 + random.nextInt(5));
                    }
                    assertCanonicalOrRefused(bytes);
                });
    }

    @Test
    void a_run_from_before_the_epoch_is_not_written() {
        var run = new Run.Dropped(9, 1, DropReason.DAMAGED);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunCodec.encode(run, 10, TIME_BASE_MS));
    }

    @Test
    void a_report_carries_512_positions_and_not_one_more() throws MalformedRun {
        Position position = Position.of(Instant.ofEpochMilli(TIME_BASE_MS), 1, 2);
        var most = new Run.Positions(0, Collections.nCopies(512, position));

        assertThat(RunCodec.decode(RunCodec.encode(most, 0, TIME_BASE_MS), 0, TIME_BASE_MS))
                .isEqualTo(most);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Run.Positions(0, Collections.nCopies(513, position)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Run.Positions(0, List.of()));
    }

    @Test
    void sequences_reach_to_2_to_the_62_and_not_beyond() throws MalformedRun {
        long last = (1L << 62) - 1;
        var run = new Run.Dropped(last, 1 << 20, DropReason.JOURNAL_FULL);

        assertThat(RunCodec.decode(RunCodec.encode(run, last, 0), last, 0)).isEqualTo(run);
        assertThat(RunCodec.decode(RunCodec.encode(run, 0, 0), 0, 0)).isEqualTo(run);
        assertThatThrownBy(() -> RunCodec.decode(RunCodec.encode(run, 0, 0), 1, 0))
                .isInstanceOf(MalformedRun.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Run.Dropped(last + 1, 1, DropReason.DAMAGED));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Run.Dropped(-1, 1, DropReason.DAMAGED));
    }

    @Test
    void what_is_written_is_read() throws Exception {
        ForAll.seeds(
                3_000,
                random -> {
                    long next = random.nextLong(1L << 61);
                    long base = random.nextLong(253_402_300_800_000L);
                    List<Position> positions = RandomPositions.some(random);
                    var run = new Run.Positions(next + random.nextInt(100_000), positions);

                    byte[] plaintext = RunCodec.encode(run, next, base);

                    assertThat(RunCodec.decode(plaintext, next, base)).isEqualTo(run);
                    assertThat(plaintext.length).isLessThanOrEqualTo(32_000);
                });
    }

    @Test
    void the_worst_512_positions_fit_into_a_report() throws MalformedRun {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            positions.add(RandomPositions.extreme(i % 2 == 0));
        }
        var run = new Run.Positions(1L << 61, positions);

        byte[] plaintext = RunCodec.encode(run, 0, 0);

        assertThat(RunCodec.decode(plaintext, 0, 0)).isEqualTo(run);
        assertThat(plaintext.length).isLessThanOrEqualTo(32_000);
    }

    private static void assertCanonicalOrRefused(byte[] bytes) {
        try {
            Run run = RunCodec.decode(bytes, 5, TIME_BASE_MS);
            assertThat(RunCodec.encode(run, 5, TIME_BASE_MS)).isEqualTo(bytes);
        } catch (MalformedRun expected) {
            assertThat(expected).hasMessageMatching("(?s).+");
        }
    }
}
