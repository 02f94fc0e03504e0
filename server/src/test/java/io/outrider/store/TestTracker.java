package io.outrider.store;

import io.outrider.check.Checks;
import io.outrider.check.Verdict;
import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.seal.Announcement;
import io.outrider.seal.Bytes;
import io.outrider.seal.Secret;
import io.outrider.seal.Suite;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What intake would hand to the store for one tracker, without its seals. */
final class TestTracker {
    static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    final long enrolment;
    final long journal;
    private final Store store;
    private long epochNumber;
    private long counter;

    private TestTracker(Store store, long enrolment, long journal, long epochNumber) {
        this.store = store;
        this.enrolment = enrolment;
        this.journal = journal;
        this.epochNumber = epochNumber;
    }

    /** A tracker that has announced its first epoch. */
    static TestTracker announced(Store store, long enrolment) throws Exception {
        var tracker = new TestTracker(store, enrolment, 7_000_000_000_000_000_000L + enrolment, 0);
        await(tracker.announce(0));
        return tracker;
    }

    /** One whose epoch the store knows already, and whose next counter is given. */
    static TestTracker resumed(Store store, long enrolment, long epochNumber, long counter) {
        var tracker =
                new TestTracker(
                        store, enrolment, 7_000_000_000_000_000_000L + enrolment, epochNumber);
        tracker.counter = counter;
        return tracker;
    }

    /** Begins an epoch whose predecessor is the one before. */
    CompletableFuture<Outcome> announce(long number) {
        OptionalLong predecessor =
                number == 0 ? OptionalLong.empty() : OptionalLong.of(epochId(number - 1));
        epochNumber = number;
        counter = 0;
        return announce(number, epochId(number), predecessor);
    }

    CompletableFuture<Outcome> announce(long number, long id, OptionalLong predecessor) {
        var announced =
                new Announcement(
                        "acme",
                        "truck-" + enrolment,
                        number,
                        id,
                        predecessor,
                        journal,
                        0,
                        NOON.toEpochMilli(),
                        Suite.X25519_HPKE,
                        1,
                        Bytes.copyOf(new byte[32]));
        try (Secret secret = Secret.owning(new byte[32])) {
            return store.add(enrolment, announced, secret, NOON, Bytes.copyOf(new byte[] {1}));
        }
    }

    /** Seals under the next counter. */
    CompletableFuture<Outcome> send(Run run) {
        return store.add(report(run, epochNumber, counter, counter++));
    }

    CompletableFuture<Outcome> sendUnder(long epoch, long counter, long tag, Run run) {
        return store.add(report(run, epoch, counter, tag));
    }

    ReceivedReport report(Run run, long epoch, long counter, long tag) {
        return new ReceivedReport(
                enrolment,
                epoch,
                epochId(epoch),
                counter,
                tag,
                journal,
                run,
                verdicts(run),
                NOON,
                NOON.minus(Duration.ofMinutes(5)),
                Bytes.copyOf(new byte[] {2}));
    }

    long counter() {
        return counter;
    }

    /** Positions a second apart, the last of all sequences up to 1,000 at noon. */
    static Run.Positions run(long first, int count) {
        return new Run.Positions(
                first,
                LongStream.range(first, first + count).mapToObj(TestTracker::position).toList());
    }

    static Run.Dropped dropped(long first, int count) {
        return new Run.Dropped(first, count, DropReason.JOURNAL_FULL);
    }

    static Position position(long sequence) {
        return Position.of(
                NOON.plusSeconds(sequence - 1_000),
                481_234_567 + (int) sequence,
                162_345_678 - (int) sequence);
    }

    static Outcome await(CompletableFuture<Outcome> outcome) throws Exception {
        return outcome.get(20, TimeUnit.SECONDS);
    }

    private static List<Verdict> verdicts(Run run) {
        return run instanceof Run.Positions(_, var positions)
                ? positions.stream().map(p -> Checks.all().judge(p, NOON)).toList()
                : List.of();
    }

    private long epochId(long number) {
        return enrolment << 32 | number;
    }
}
