package io.outrider.store;

import static io.outrider.store.TestTracker.NOON;
import static io.outrider.store.TestTracker.await;
import static io.outrider.store.TestTracker.dropped;
import static io.outrider.store.TestTracker.position;
import static io.outrider.store.TestTracker.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.check.Verdict;
import io.outrider.keys.KeyMaterial;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final long TRUCK = 1;

    @TempDir Path directory;
    private KeyMaterial keys;
    private Store store;
    private TestTracker truck;

    @BeforeEach
    void open() throws Exception {
        keys = TestKeys.in(directory);
        store = openStore();
        truck = TestTracker.announced(store, TRUCK);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        keys.close();
    }

    @Test
    void a_report_of_an_epoch_that_was_never_announced_is_not_kept() throws Exception {
        assertThat(await(truck.sendUnder(1, 0, 0, run(0, 1))))
                .isEqualTo(new Outcome.UnknownEpoch());

        assertThat(history()).isEmpty();
        assertThat(store.counts().refused()).containsEntry("announce", 1L);
    }

    @Test
    void one_counter_under_two_tags_is_a_clone_and_the_second_is_not_kept() throws Exception {
        await(truck.sendUnder(0, 5, 111, run(0, 1)));

        assertThat(await(truck.sendUnder(0, 5, 112, run(1, 1)))).isInstanceOf(Outcome.Clone.class);
        assertThat(history()).extracting(StoredPosition::sequence).containsExactly(0L);
        assertThat(store.counts().refused()).containsEntry("clone", 1L);
        assertThat(store.refused(10)).extracting(RefusedMessage::reason).containsExactly("clone");
    }

    @Test
    void a_counter_below_the_window_is_sealed_again_and_one_at_its_edge_is_kept() throws Exception {
        await(truck.sendUnder(0, 5_000, 1, run(0, 1)));

        assertThat(await(truck.sendUnder(0, 5_000 - 1_024, 2, run(1, 1))))
                .isEqualTo(new Outcome.BelowWindow());
        assertThat(await(truck.sendUnder(0, 5_000 - 1_023, 3, run(1, 1))))
                .isEqualTo(new Outcome.Committed());
        assertThat(await(truck.sendUnder(0, 5_000 - 1_023, 3, run(1, 1))))
                .isEqualTo(new Outcome.Duplicate());
        assertThat(store.counts().refused()).containsEntry("seal-again", 1L);
    }

    @Test
    void two_announcements_of_one_predecessor_are_a_clone_and_the_same_twice_is_a_repeat()
            throws Exception {
        await(truck.announce(1));

        assertThat(await(truck.announce(1))).isEqualTo(new Outcome.Duplicate());
        assertThat(await(truck.announce(2, 99, OptionalLong.of(TRUCK << 32))))
                .isInstanceOf(Outcome.Clone.class);
        assertThat(await(truck.announce(1, 98, OptionalLong.of(12345))))
                .as("the same number")
                .isInstanceOf(Outcome.Clone.class);
        assertThat(await(truck.announce(0, 97, OptionalLong.empty())))
                .as("no predecessor, twice")
                .isInstanceOf(Outcome.Clone.class);
        assertThat(store.counts().refused()).containsEntry("clone", 3L);
        assertThat(store.counts().epochs()).isEqualTo(2);
        assertThat(store.counts().epochsDuplicate()).isEqualTo(1);
    }

    @Test
    void the_last_256_epochs_take_reports_and_no_older_one() throws Exception {
        for (int number = 1; number <= 256; number++) {
            await(truck.announce(number));
        }

        assertThat(await(truck.sendUnder(0, 0, 0, run(0, 1))))
                .isEqualTo(new Outcome.UnknownEpoch());
        assertThat(await(truck.sendUnder(1, 0, 0, run(0, 1)))).isEqualTo(new Outcome.Committed());
        assertThat(await(truck.announce(0))).isInstanceOf(Outcome.Clone.class);
        assertThat(store.epoch(TRUCK, 0).orElseThrow().number()).isEqualTo(256);
        assertThat(store.epoch(TRUCK, 1).orElseThrow().number()).isEqualTo(1);
    }

    @Test
    void what_was_kept_under_another_counter_is_not_kept_again() throws Exception {
        await(truck.send(run(10, 10)));

        assertThat(await(truck.send(run(5, 20)))).isEqualTo(new Outcome.Committed());
        assertThat(history())
                .extracting(StoredPosition::sequence)
                .containsExactlyElementsOf(sequences(5, 25));
        assertThat(store.counts().accepted()).isEqualTo(20);
        assertThat(store.counts().duplicate()).isEqualTo(10);
    }

    @Test
    void gaps_open_and_close_and_a_dropped_run_is_none() throws Exception {
        await(truck.send(run(10, 1)));
        await(truck.send(run(20, 1)));
        await(truck.send(dropped(12, 3)));
        await(truck.send(dropped(12, 4)));

        assertThat(store.missing(TRUCK, 10))
                .containsExactly(
                        missing(11, 1, 0), missing(12, 3, 1), missing(15, 1, 1), missing(16, 4, 0));
        assertThat(store.counts().gaps()).isEqualTo(5);
        assertThat(store.counts().dropped()).isEqualTo(4);

        await(truck.send(run(11, 9)));

        assertThat(store.counts().gaps()).isZero();
        assertThat(history())
                .as("what was said to be dropped is kept where it comes after all")
                .hasSize(11);
    }

    @Test
    void history_is_in_the_order_of_the_receivers_time_whatever_came_first() throws Exception {
        var runs = new ArrayList<Run>();
        for (int i = 0; i < 300; i++) {
            runs.add(run(i * 7L, 7));
        }
        Collections.shuffle(runs, new Random(1));
        var sent = new ArrayList<CompletableFuture<Outcome>>();
        runs.forEach(run -> sent.add(truck.send(run)));
        for (var outcome : sent) {
            await(outcome);
        }

        assertThat(history())
                .extracting(StoredPosition::sequence)
                .containsExactlyElementsOf(sequences(0, 2_100));
        assertThat(history(position(100).time(), position(200).time()))
                .extracting(StoredPosition::position)
                .containsExactlyElementsOf(run(100, 100).positions());
    }

    @Test
    void a_receivers_clock_that_jumps_to_and_fro_spoils_no_order() throws Exception {
        List<Position> positions = new ArrayList<>();
        for (long second : new long[] {0, 10, 5, 5, 7_200, 3, 3, 90_000, 4}) {
            positions.add(Position.of(NOON.plusSeconds(second - 100_000), 1, (int) second));
        }
        await(truck.send(new Run.Positions(0, positions)));

        assertThat(history())
                .extracting(stored -> stored.position().longitudeE7())
                .containsExactly(0, 3, 3, 4, 5, 5, 10, 7_200, 90_000);
        assertThat(history()).isSortedAccordingTo(StoredPosition.BY_TIME);
        assertThat(history(NOON.minusSeconds(99_997), NOON.minusSeconds(99_995)))
                .extracting(StoredPosition::sequence)
                .containsExactly(5L, 6L, 8L);
    }

    @Test
    void the_latest_passes_over_what_is_dated_in_the_future() throws Exception {
        var future = Position.of(NOON.plusSeconds(86_400), 5, 5);
        await(truck.send(run(998, 2)));
        await(truck.send(new Run.Positions(1_000, List.of(future))));
        await(truck.send(run(990, 2)));

        assertThat(store.latest(TRUCK).orElseThrow().sequence()).isEqualTo(999);
        assertThat(store.counts().doubted()).isEqualTo(1);
        assertThat(history()).hasSize(5);
        assertThat(history().getLast().doubts()).containsExactly("dated-in-future");

        reopen();

        assertThat(store.latest()).hasSize(1);
        assertThat(store.latest(TRUCK).orElseThrow().sequence()).isEqualTo(999);
    }

    @Test
    void late_positions_are_kept_and_counted() throws Exception {
        await(truck.send(run(1_000 - 300, 2)));
        await(truck.send(run(1_000 - 302, 2)));

        assertThat(store.counts().accepted()).isEqualTo(4);
        assertThat(store.counts().late()).isEqualTo(2);
    }

    @Test
    void everything_is_there_after_a_restart() throws Exception {
        await(truck.sendUnder(0, 3, 77, run(10, 5)));
        await(truck.send(run(20, 5)));
        Counts before = store.counts();

        reopen();

        assertThat(store.counts()).isEqualTo(before);
        assertThat(history()).hasSize(10);
        assertThat(await(truck.sendUnder(0, 3, 77, run(10, 5)))).isEqualTo(new Outcome.Duplicate());
        assertThat(await(truck.sendUnder(0, 3, 78, run(30, 5)))).isInstanceOf(Outcome.Clone.class);
        assertThat(await(truck.sendUnder(0, 9, 9, run(0, 40)))).isEqualTo(new Outcome.Committed());
        assertThat(history())
                .extracting(StoredPosition::sequence)
                .containsExactlyElementsOf(sequences(0, 40));
        assertThat(store.counts().gaps()).isZero();
    }

    @Test
    void all_that_a_receiver_says_comes_back_as_it_was() throws Exception {
        var full = new Position(NOON.plusMillis(7), -900_000_000, 1_800_000_000, 1, 2, -3, 4, 5, 6);
        var bare = Position.of(NOON.plusMillis(8), 1, -1);
        await(truck.send(new Run.Positions(0, List.of(full, bare, full))));

        assertThat(history()).extracting(StoredPosition::position).contains(full, bare);
        assertThat(history().getFirst())
                .isEqualTo(
                        new StoredPosition(TRUCK, truck.journal, 0, full, Verdict.PLAUSIBLE, NOON));
    }

    @Test
    void refused_messages_are_kept_up_to_a_limit_for_each_tracker() throws Exception {
        for (int i = 0; i < 20; i++) {
            await(store.add(refusal(TRUCK, i)));
        }
        await(store.add(refusal(2, 50)));

        assertThat(store.refused(100)).hasSize(17);
        assertThat(store.refused(100).getFirst().payload()).isEqualTo(refusal(2, 50).payload());
        assertThat(store.refused(100).getLast().payload()).isEqualTo(refusal(TRUCK, 4).payload());
        assertThat(store.counts().refused()).containsEntry("malformed", 21L);
    }

    @Test
    void of_a_large_refused_message_the_beginning_is_kept() throws Exception {
        var large = Bytes.copyOf(new byte[100_000]);
        await(store.add(RefusedMessage.of(TRUCK, Channel.REPORT, "malformed", NOON, large)));

        RefusedMessage kept = store.refused(1).getFirst();
        assertThat(kept.sizeBytes()).isEqualTo(100_000);
        assertThat(kept.payload().length()).isEqualTo(4_096);
        assertThat(kept.channel()).isEqualTo(Channel.REPORT);
    }

    @Test
    void an_erased_tracker_has_no_history_and_takes_nothing() throws Exception {
        await(truck.send(run(0, 10)));

        keys.dataKeys().destroy(TRUCK);

        assertThat(history()).isEmpty();
        assertThat(await(truck.send(run(10, 1)))).isEqualTo(new Outcome.Erased());
        assertThat(await(truck.announce(1))).isEqualTo(new Outcome.Erased());
        reopen();
        assertThat(store.latest()).isEmpty();
    }

    @Test
    void a_tracker_whose_key_is_damaged_is_answered_by_an_alarm_and_stops_nobody_else()
            throws Exception {
        await(truck.send(run(0, 1)));
        store.close();
        keys.close();
        Path file = directory.resolve("keys").resolve("keys.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("UPDATE data_key SET wrapped = zeroblob(60)");
        }
        keys = TestKeys.in(directory);
        store = openStore();
        truck = TestTracker.resumed(store, TRUCK, 0, truck.counter());
        TestTracker other = TestTracker.announced(store, 2);

        assertThat(await(truck.send(run(1, 1)))).isInstanceOf(Outcome.Unavailable.class);
        assertThat(store.health().state()).isEqualTo(Health.State.FAILING);

        assertThat(await(other.send(run(0, 1)))).isEqualTo(new Outcome.Committed());
        assertThat(store.health().state()).isEqualTo(Health.State.WELL);
        assertThat(store.latest()).extracting(StoredPosition::enrolment).containsExactly(2L);
    }

    private void reopen() throws Exception {
        store.close();
        store = openStore();
        truck = TestTracker.resumed(store, TRUCK, 0, truck.counter());
    }

    private Store openStore() throws Exception {
        return Store.open(
                directory.resolve("positions.db"),
                keys.dataKeys(),
                StoreLimits.DEFAULT,
                InstantSource.fixed(NOON));
    }

    private List<StoredPosition> history() {
        return history(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59Z"));
    }

    private List<StoredPosition> history(Instant from, Instant to) {
        List<StoredPosition> all = new ArrayList<>();
        store.history(TRUCK, from, to).forEachRemaining(all::add);
        return all;
    }

    private MissingRun missing(long first, long count, int reason) {
        return new MissingRun(TRUCK, truck.journal, first, count, reason);
    }

    private static RefusedMessage refusal(long enrolment, int number) {
        var payload = Bytes.copyOf(new byte[] {(byte) number});
        return RefusedMessage.of(enrolment, Channel.REPORT, "malformed", NOON, payload);
    }

    private static List<Long> sequences(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
