package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The journal with I/O failing at every step n, for all n: every position that was acknowledged to
 * the caller as journaled is there after reopening or was acknowledged by the backend, no sequence
 * is used twice, none is invented.
 */
class JournalFaultTest {
    private static final Journal.Limits LIMITS = new Journal.Limits(1 << 20, 700, 1_000);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final int ROUNDS = 40;

    @Test
    void a_crash_at_any_step_loses_nothing_that_was_journaled() throws IOException {
        int steps = stepsOfAWholeRun();

        assertThat(steps).isGreaterThan(200);
        for (MemoryDisk.Crash crash : MemoryDisk.Crash.values()) {
            for (int n = 0; n < steps; n++) {
                int from = n;
                Model model = new Model();
                MemoryDisk disk = new MemoryDisk();
                disk.failAt(step -> step >= from);
                work(disk, model, n);
                MemoryDisk left = disk.after(crash);
                verify(left, model, crash + " at step " + n);
                // And it can be worked with further, as if nothing had been.
                work(left, model, n + 1);
                verify(left, model, crash + " at step " + n + ", worked on");
            }
        }
    }

    @Test
    void a_single_failure_at_any_step_loses_nothing() throws IOException {
        int steps = stepsOfAWholeRun();

        for (int n = 0; n < steps; n++) {
            int only = n;
            survives(step -> step == only, "failure at step " + n);
        }
    }

    @Test
    void a_disk_that_is_full_for_a_while_from_any_step_loses_nothing() throws IOException {
        int steps = stepsOfAWholeRun();

        for (int n = 0; n < steps; n++) {
            int from = n;
            survives(step -> step >= from && step < from + 25, "full from step " + n);
        }
    }

    @Test
    void a_full_disk_and_a_full_memory_give_up_the_oldest_that_wait_and_nothing_else()
            throws IOException {
        int steps = stepsOfAWholeRun();

        for (int n = 0; n < steps; n++) {
            int from = n;
            Model model = new Model();
            model.limits = new Journal.Limits(1 << 20, 700, 4);
            survives(model, step -> step >= from && step < from + 25, "both full from " + n);
        }
    }

    private static void survives(IntPredicate fails, String what) throws IOException {
        survives(new Model(), fails, what);
    }

    private static void survives(Model model, IntPredicate fails, String what) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        disk.failAt(fails);
        while (!work(disk, model, 1)) {} // opening failed: so it is tried again
        disk.failAt(_ -> false);
        verify(disk, model, what);
        assertThat(model.journaled).as(what).isGreaterThan(0);
    }

    private static int stepsOfAWholeRun() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Model model = new Model();
        work(disk, model, 0);
        verify(disk, model, "without a failure");
        return disk.steps();
    }

    /** What a caller knows of a journal. */
    private static final class Model {
        private Journal.Limits limits = LIMITS;
        private int offered;
        private int journaled;
        private final Map<Long, Integer> seen = new HashMap<>();
        private final Map<Integer, Long> acknowledged = new HashMap<>();
        private final List<Integer> atStake = new ArrayList<>();

        /** Positions carry their number as their latitude. */
        Position offer() {
            return Position.of(Instant.ofEpochSecond(1_000_000), offered++, 7);
        }

        void see(Run run, String what) {
            if (run instanceof Run.Positions positions) {
                for (int i = 0; i < positions.count(); i++) {
                    int number = positions.positions().get(i).latitudeE7();
                    Integer before = seen.put(run.firstSequence() + i, number);
                    assertThat(before == null || before == number)
                            .as("%s: sequence used twice", what)
                            .isTrue();
                    assertThat(number).as("%s: invented", what).isLessThan(offered);
                }
            }
        }

        void acknowledge(Run run) {
            for (int i = 0; i < run.count(); i++) {
                Integer number = seen.get(run.firstSequence() + i);
                if (number != null) {
                    acknowledged.put(number, run.firstSequence() + i);
                }
            }
        }
    }

    /**
     * @return whether the journal could be opened
     */
    private static boolean work(MemoryDisk disk, Model model, int seed) {
        Journal journal;
        try {
            journal = Journal.open(disk, model.limits, CLOCK, new Random(11));
        } catch (IOException e) {
            return false;
        }
        Random random = new Random(seed);
        int offeredBefore = model.offered;
        long fullBefore = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                journal.append(model.offer());
            }
            if (journal.flush()) {
                // Those that were given up while they waited are the oldest.
                long givenUp = journal.counts().full.get() - fullBefore;
                fullBefore += givenUp;
                int kept = offeredBefore + (int) givenUp;
                for (int number = kept; number < model.offered; number++) {
                    model.atStake.add(number);
                }
                model.journaled += model.offered - offeredBefore;
                offeredBefore = model.offered;
            }
            acknowledgeSome(journal, model, random);
        }
        close(journal);
        return true;
    }

    private static void acknowledgeSome(Journal journal, Model model, Random random) {
        try {
            long from = random.nextInt(3) == 0 ? journal.lowWater() + 3 : 0;
            Run run = journal.next(from, 1 + random.nextInt(5));
            if (run != null) {
                model.see(run, "while it works");
                if (random.nextBoolean()) {
                    journal.acknowledge(run.firstSequence(), run.count());
                    model.acknowledge(run);
                }
            }
        } catch (IOException e) {
            // Read again later.
        }
    }

    private static void close(Journal journal) {
        try {
            journal.close();
        } catch (IOException e) {
            // The process dies anyway.
        }
    }

    private static void verify(MemoryDisk disk, Model model, String what) throws IOException {
        List<Integer> found = new ArrayList<>();
        long sequence = -1;
        try (Journal journal = Journal.open(disk, LIMITS, CLOCK, new Random(12))) {
            for (@Nullable Run run = journal.next(0, 7);
                    run != null;
                    run = journal.next(sequence, 7)) {
                assertThat(run.firstSequence()).as(what).isGreaterThanOrEqualTo(sequence);
                model.see(run, what);
                switch (run) {
                    case Run.Positions positions ->
                            positions.positions().forEach(p -> found.add(p.latitudeE7()));
                    case Run.Dropped dropped ->
                            assertThat(
                                            !model.limits.equals(LIMITS)
                                                    && dropped.reason() == DropReason.JOURNAL_FULL)
                                    .as("%s: %s", what, dropped)
                                    .isTrue();
                }
                sequence = run.firstSequence() + run.count();
            }
            assertThat(journal.counts().damaged.get()).as(what).isZero();
        }
        assertThat(found).as(what).doesNotHaveDuplicates();
        for (int number : model.atStake) {
            assertThat(found.contains(number) || model.acknowledged.containsKey(number))
                    .as("%s: position %d", what, number)
                    .isTrue();
        }
    }
}
