package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.outrider.keys.KeyMaterial;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prints what storing costs; only that everything is stored is asserted. */
@Timeout(120)
class GroupCommitSpeedTest {
    private static final int TRACKERS = Integer.getInteger("trackers", 200);
    private static final int REPORTS = Integer.getInteger("reports", 10_000);
    private static final int IN_FLIGHT = Integer.getInteger("inFlight", 2_000);

    @TempDir Path directory;

    @Test
    void what_storing_costs_is_printed() throws Exception {
        try (KeyMaterial keys = TestKeys.in(directory);
                Store store =
                        Store.open(
                                directory.resolve("positions.db"),
                                keys.dataKeys(),
                                StoreLimits.DEFAULT,
                                InstantSource.fixed(NOON))) {
            List<TestTracker> trackers = new ArrayList<>();
            for (int i = 0; i < TRACKERS; i++) {
                trackers.add(TestTracker.announced(store, 1 + i));
            }
            long next = 0;
            for (int count : new int[] {1, 1, 10, 10}) {
                next = measure(store, trackers, next, count);
            }
            assertThat(store.counts().accepted()).isEqualTo(next * TRACKERS);
        }
    }

    private static long measure(Store store, List<TestTracker> trackers, long next, int count)
            throws Exception {
        var cpu = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var inFlight = new Semaphore(IN_FLIGHT);
        long cpuBefore = cpu.getProcessCpuTime();
        long began = System.nanoTime();
        for (int i = 0; i < REPORTS / TRACKERS; i++) {
            for (TestTracker tracker : trackers) {
                inFlight.acquire();
                var _ = tracker.send(run(next, count)).thenAccept(outcome -> inFlight.release());
            }
            next += count;
        }
        inFlight.acquire(IN_FLIGHT);
        long positions = (long) REPORTS / TRACKERS * TRACKERS * count;
        System.out.printf(
                "store, %d trackers, %d a report: %,.0f positions/s, %.1f us CPU a position%n",
                trackers.size(),
                count,
                positions * 1e9 / (System.nanoTime() - began),
                (cpu.getProcessCpuTime() - cpuBefore) / 1e3 / positions);
        assertThat(store.counts().refused()).isEmpty();
        return next;
    }
}
