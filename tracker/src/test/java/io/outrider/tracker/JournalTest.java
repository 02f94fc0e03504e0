package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final Journal.Limits WIDE = new Journal.Limits(1 << 20, 1 << 16, 1_000);

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void positions_come_back_as_they_were_with_every_value_or_none() throws IOException {
        Position full =
                new Position(
                        Instant.parse("2026-03-23T12:00:00.123Z"),
                        -900_000_000,
                        1_800_000_000,
                        10_000_000,
                        35_999,
                        -100_000_000,
                        8,
                        255,
                        65_535);
        Position bare = Position.of(Instant.EPOCH, 0, 0);

        try (Journal journal = open(WIDE)) {
            journal.append(full);
            journal.append(bare);
            assertThat(journal.flush()).isTrue();
        }

        try (Journal journal = open(WIDE)) {
            assertThat(journal.next(0, 512)).isEqualTo(new Run.Positions(0, List.of(full, bare)));
        }
    }

    @Test
    void what_is_not_flushed_is_not_given_out() throws IOException {
        try (Journal journal = open(WIDE)) {
            journal.append(position(0));

            assertThat(journal.next(0, 512)).isNull();
            assertThat(journal.isWorkedOff()).isFalse();
        }
    }

    @Test
    void the_journal_keeps_its_id_and_its_numbers_when_all_is_acknowledged() throws IOException {
        long id;
        try (Journal journal = open(WIDE)) {
            id = journal.journalId();
            append(journal, 0, 10);
            journal.acknowledge(0, 10);
            assertThat(journal.isWorkedOff()).isTrue();
        }

        try (Journal journal = open(WIDE)) {
            append(journal, 10, 1);

            assertThat(journal.journalId()).isEqualTo(id);
            assertThat(journal.next(0, 512))
                    .isEqualTo(new Run.Positions(10, List.of(position(10))));
        }
    }

    @Test
    void runs_are_acknowledged_in_any_order_and_segments_worked_off_are_removed()
            throws IOException {
        Journal.Limits small = new Journal.Limits(1 << 20, 400, 1_000);
        try (Journal journal = open(small)) {
            for (int i = 0; i < 100; i += 2) {
                append(journal, i, 2);
            }
            int segments = segments();
            assertThat(segments).isGreaterThan(5);

            journal.acknowledge(50, 50);
            assertThat(journal.lowWater()).isZero();
            assertThat(positionsOf(all(journal))).isEqualTo(positions(0, 50));
            assertThat(journal.next(50, 512)).isNull();

            journal.acknowledge(0, 50);
            assertThat(journal.isWorkedOff()).isTrue();
            assertThat(segments()).isEqualTo(1);
        }
    }

    @Test
    void a_torn_tail_is_cut_and_counted_wherever_it_is_torn() throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 3);
        }
        String name = JournalSegment.nameOf(0);
        byte[] whole = disk.bytes(name);
        int frame = (whole.length - JournalSegment.HEAD_BYTES) / 3;

        for (int cut = 1; cut < frame; cut++) {
            disk.put(name, Arrays.copyOf(whole, whole.length - cut));
            try (Journal journal = open(WIDE)) {
                assertThat(countAt(journal, 0)).isEqualTo(2);
                assertThat(journal.counts().tornBytes).hasValue(frame - cut);
                append(journal, 2, 1);
                assertThat(countAt(journal, 0)).isEqualTo(3);
            }
        }
    }

    @Test
    void whatever_byte_is_damaged_no_wrong_position_comes_and_the_loss_is_reported()
            throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 20);
        }
        String name = JournalSegment.nameOf(0);
        byte[] whole = disk.bytes(name);

        for (int at = JournalSegment.HEAD_BYTES; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x41;
            disk.put(name, damaged);
            try (Journal journal = open(WIDE)) {
                append(journal, 1_000, 1);
                List<Run> runs = all(journal);
                assertThat(
                                runs.stream().filter(Run.Dropped.class::isInstance).count() > 0
                                        || journal.counts().tornBytes.get() > 0)
                        .as("byte %d", at)
                        .isTrue();
                assertOnlyRight(runs);
                journal.acknowledge(0, Math.toIntExact(end(runs)));
            }
            disk.delete("mark");
        }
    }

    @Test
    void damage_that_happens_while_the_journal_is_open_is_reported() throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 20);
            byte[] damaged = disk.bytes(JournalSegment.nameOf(0));
            damaged[damaged.length / 2] ^= 0x41;
            try (Disk.Open file = disk.open(JournalSegment.nameOf(0))) {
                file.write(0, damaged);
            }

            List<Run> runs = all(journal);

            assertThat(runs).hasSize(3);
            assertThat(runs.get(1)).isInstanceOf(Run.Dropped.class);
            assertThat(((Run.Dropped) runs.get(1)).reason()).isEqualTo(DropReason.DAMAGED);
            assertThat(runs.get(1).count()).isEqualTo(1);
            assertOnlyRight(runs);
        }
    }

    @Test
    void a_number_that_was_damaged_at_the_end_is_never_given_again() throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 5);
        }
        String name = JournalSegment.nameOf(0);
        byte[] damaged = disk.bytes(name);
        damaged[damaged.length - 1] ^= 1;
        disk.put(name, damaged);

        try (Journal journal = open(WIDE)) {
            assertThat(journal.counts().damaged).hasPositiveValue();
        }
        try (Journal journal = open(WIDE)) {
            append(journal, 5, 1);
            List<Run> runs = all(journal);
            assertThat(runs).hasSize(3);
            assertThat(runs.get(2).firstSequence()).isGreaterThan(4);
        }
    }

    @Test
    void beyond_its_size_the_oldest_are_given_up_and_that_is_reported() throws IOException {
        Journal.Limits tiny = new Journal.Limits(1_000, 300, 1_000);
        try (Journal journal = open(tiny)) {
            append(journal, 0, 100);

            List<Run> runs = all(journal);

            assertThat(runs).hasSize(2);
            assertThat(runs.getFirst()).isInstanceOf(Run.Dropped.class);
            assertThat(((Run.Dropped) runs.getFirst()).reason()).isEqualTo(DropReason.JOURNAL_FULL);
            assertThat(runs.getFirst().count() + runs.get(1).count()).isEqualTo(100);
            assertThat(journal.counts().full).hasValue(runs.getFirst().count());
            assertThat(journal.fill()).isLessThanOrEqualTo(1);
        }
        try (Journal journal = open(tiny)) {
            assertThat(all(journal)).hasSize(2);
        }
    }

    @Test
    void positions_wait_in_memory_while_the_disk_is_full_and_lose_no_number() throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 1);
            disk.failAt(_ -> true);
            for (int i = 1; i < 10; i++) {
                journal.append(position(i));
                assertThat(journal.flush()).isFalse();
            }
            assertThat(journal.counts().waiting).hasValue(9);
            disk.failAt(_ -> false);

            assertThat(journal.flush()).isTrue();

            assertThat(journal.next(0, 512)).isEqualTo(new Run.Positions(0, positions(0, 10)));
        }
    }

    @Test
    void beyond_the_memory_the_oldest_that_wait_are_given_up_and_that_is_reported()
            throws IOException {
        Journal.Limits four = new Journal.Limits(1 << 20, 1 << 16, 4);
        try (Journal journal = open(four)) {
            disk.failAt(_ -> true);
            for (int i = 0; i < 10; i++) {
                journal.append(position(i));
                journal.flush();
            }
            disk.failAt(_ -> false);
            assertThat(journal.flush()).isTrue();
        }
        try (Journal journal = open(four)) {
            assertThat(all(journal))
                    .containsExactly(
                            new Run.Dropped(0, 6, DropReason.JOURNAL_FULL),
                            new Run.Positions(6, positions(6, 4)));
        }
    }

    @Test
    void a_run_that_is_set_aside_is_reported_in_its_place_until_that_is_acknowledged()
            throws IOException {
        try (Journal journal = open(WIDE)) {
            append(journal, 0, 9);
            journal.setAside(3, 3);
        }
        try (Journal journal = open(WIDE)) {
            assertThat(all(journal))
                    .containsExactly(
                            new Run.Positions(0, positions(0, 3)),
                            new Run.Dropped(3, 3, DropReason.REFUSED_TWICE),
                            new Run.Positions(6, positions(6, 3)));
            journal.acknowledge(0, 9);
            assertThat(journal.isWorkedOff()).isTrue();
        }
    }

    @Test
    void a_real_folder_keeps_what_a_journal_writes(@TempDir Path folder) throws IOException {
        Journal.Limits small = new Journal.Limits(1 << 20, 400, 1_000);
        FolderDisk real = new FolderDisk(folder.resolve("journal"));
        try (Journal journal = Journal.open(real, small, CLOCK, new Random(1))) {
            append(journal, 0, 50);
            journal.acknowledge(0, 20);
        }
        try (Journal journal = Journal.open(real, small, CLOCK, new Random(1))) {
            assertThat(positionsOf(all(journal))).isEqualTo(positions(20, 30));
        }
    }

    private Journal open(Journal.Limits limits) throws IOException {
        return Journal.open(disk, limits, CLOCK, new Random(1));
    }

    private int segments() throws IOException {
        return (int)
                disk.names().stream()
                        .filter(name -> name.startsWith(JournalSegment.NAME_PREFIX))
                        .count();
    }

    private static void append(Journal journal, int first, int count) {
        for (int i = first; i < first + count; i++) {
            journal.append(position(i));
            assertThat(journal.flush()).isTrue();
        }
    }

    private static List<Run> all(Journal journal) throws IOException {
        List<Run> runs = new ArrayList<>();
        long from = 0;
        for (Run run = journal.next(from, 512); run != null; run = journal.next(from, 512)) {
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (run instanceof Run.Positions now && last instanceof Run.Positions before) {
                List<Position> both = new ArrayList<>(before.positions());
                both.addAll(now.positions());
                runs.set(runs.size() - 1, new Run.Positions(last.firstSequence(), both));
            } else {
                runs.add(run);
            }
            from = run.firstSequence() + run.count();
        }
        return runs;
    }

    private static int countAt(Journal journal, long from) throws IOException {
        Run run = journal.next(from, 512);
        return run == null ? 0 : run.count();
    }

    private static long end(List<Run> runs) {
        return runs.getLast().firstSequence() + runs.getLast().count();
    }

    private static void assertOnlyRight(List<Run> runs) {
        for (Run run : runs) {
            if (run instanceof Run.Positions found) {
                for (int i = 0; i < found.count(); i++) {
                    Position position = found.positions().get(i);
                    assertThat(position)
                            .isIn(position((int) run.firstSequence() + i), position(1_000));
                }
            }
        }
    }

    private static List<Position> positionsOf(List<Run> runs) {
        List<Position> found = new ArrayList<>();
        for (Run run : runs) {
            found.addAll(((Run.Positions) run).positions());
        }
        return found;
    }

    private static List<Position> positions(int first, int count) {
        List<Position> positions = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            positions.add(position(i));
        }
        return positions;
    }

    private static Position position(int number) {
        return new Position(
                Instant.ofEpochSecond(1_700_000_000L + number),
                number,
                -number,
                number,
                null,
                number,
                1,
                null,
                90);
    }
}
