package io.outrider.intake;

import static io.outrider.intake.Vehicle.NOON;
import static io.outrider.intake.Vehicle.plaintext;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.check.Checks;
import io.outrider.fleet.Registry;
import io.outrider.intake.Answer.Reason;
import io.outrider.keys.KeyMaterial;
import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.SoftwareAgreement;
import io.outrider.seal.Suite;
import io.outrider.seal.TrackerEpoch;
import io.outrider.store.Counts;
import io.outrider.store.Store;
import io.outrider.store.StoreLimits;
import io.outrider.store.StoredPosition;
import io.outrider.store.TestKeys;
import io.outrider.topic.Channel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each answer, its counter, and that nothing is stored but what should be. */
@Timeout(60)
class IntakeTest {
    @TempDir Path directory;
    private KeyMaterial keys;
    private Registry registry;
    private Store store;
    private Intake intake;
    private Vehicle truck;
    private TrackerEpoch epoch;

    @BeforeEach
    void open() throws Exception {
        keys = TestKeys.in(directory);
        registry = Registry.open(directory.resolve("fleet.db"), InstantSource.system());
        openIntake();
        truck = vehicle("acme.truck-7");
        epoch = truck.nextEpoch();
        assertThat(announce(truck, epoch.announcement())).isEqualTo(new Answer.Stored());
    }

    @AfterEach
    void close() throws Exception {
        intake.close();
        store.close();
        registry.close();
        keys.close();
    }

    @Test
    void a_flipped_bit_anywhere_in_a_report_is_refused_and_nothing_of_it_is_stored()
            throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 2));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            answers.add(send(truck, Channel.REPORT, flipped));
        }

        for (int bit = 0; bit < answers.size(); bit++) {
            Answer answer = await(answers.get(bit));
            // Another low byte names another epoch, which nobody has announced.
            if (!(answer instanceof Answer.Announce)) {
                assertThat(answer).as("bit " + bit).isInstanceOf(Answer.Refused.class);
                assertThat(((Answer.Refused) answer).reason())
                        .isIn(Reason.FORGED, Reason.MALFORMED);
            }
        }
        Counts counts = store.counts();
        assertThat(counts.accepted()).isZero();
        assertThat(counts.refused().values().stream().mapToLong(it -> it).sum())
                .isEqualTo(sealed.length * 8L);
        assertThat(counts.refused().get("announce")).isEqualTo(8);
        assertThat(history()).isEmpty();
        assertThat(report(truck, sealed)).isEqualTo(new Answer.Stored());
    }

    @Test
    void a_flipped_bit_anywhere_in_an_announcement_is_refused() throws Exception {
        byte[] announcement = truck.nextEpoch().announcement();
        for (int bit = 0; bit < announcement.length * 8; bit++) {
            byte[] flipped = announcement.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);

            Answer answer = announce(truck, flipped);

            assertThat(answer).as("bit " + bit).isInstanceOf(Answer.Refused.class);
            assertThat(((Answer.Refused) answer).reason())
                    .isIn(Reason.FORGED, Reason.MALFORMED, Reason.UNSUPPORTED_SUITE);
        }
        assertThat(store.counts().epochs()).isEqualTo(1);
        assertThat(store.counts().refused().values().stream().mapToLong(it -> it).sum())
                .isEqualTo(announcement.length * 8L);
        assertThat(announce(truck, announcement)).isEqualTo(new Answer.Stored());
    }

    @Test
    void another_trackers_report_and_announcement_are_forged_under_this_ones_topic()
            throws Exception {
        Vehicle other = vehicle("acme.truck-8");
        Vehicle otherFleet = vehicle("umbrella.truck-7");
        TrackerEpoch others = other.nextEpoch();
        assertThat(announce(other, others.announcement())).isEqualTo(new Answer.Stored());
        TrackerEpoch otherFleets = otherFleet.nextEpoch();
        assertThat(announce(otherFleet, otherFleets.announcement())).isEqualTo(new Answer.Stored());

        assertRefused(report(truck, others.seal(plaintext(0, 1))), Reason.FORGED);
        assertRefused(report(truck, otherFleets.seal(plaintext(0, 1))), Reason.FORGED);
        assertRefused(announce(truck, other.nextEpoch().announcement()), Reason.FORGED);
        assertThat(store.counts().refused()).containsEntry("forged", 3L);
        assertThat(history()).isEmpty();
    }

    @Test
    void a_number_that_is_not_the_trackers_is_foreign_and_so_is_a_topic_that_leads_elsewhere()
            throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 1));

        assertRefused(
                await(intake.accept(truck.id, 99, Channel.REPORT, sealed, NOON)), Reason.FOREIGN);
        assertRefused(await(send(truck, Channel.DOWN, sealed)), Reason.FOREIGN);
        assertRefused(await(send(truck, Channel.FEED, sealed)), Reason.FOREIGN);
        registry.remove("acme.truck-7");
        assertRefused(report(truck, sealed), Reason.FOREIGN);
        assertThat(store.counts().refused()).containsEntry("foreign", 4L);
    }

    @Test
    void what_is_not_sealed_is_refused_as_such() throws Exception {
        byte[] json = "{\"lat\":48.1,\"lon\":16.2}".getBytes(StandardCharsets.UTF_8);

        assertRefused(report(truck, json), Reason.UNSEALED);
        assertRefused(announce(truck, json), Reason.UNSEALED);
        assertRefused(report(truck, new byte[0]), Reason.MALFORMED);
        assertRefused(report(truck, plaintext(0, 1)), Reason.MALFORMED);
        assertRefused(report(truck, new byte[100_000]), Reason.MALFORMED);
        assertThat(store.counts().refused())
                .containsEntry("unsealed", 2L)
                .containsEntry("malformed", 3L);
        assertThat(store.refused(10)).hasSize(5);
    }

    @Test
    void what_is_sealed_but_no_run_is_malformed() throws Exception {
        assertRefused(report(truck, epoch.seal(new byte[] {1, 2, 3})), Reason.MALFORMED);
        byte[] trailing = Arrays.copyOf(plaintext(0, 1), 100);
        assertRefused(report(truck, epoch.seal(trailing)), Reason.MALFORMED);
    }

    @Test
    void an_announcement_to_a_key_that_is_not_ours_is_refused() throws Exception {
        var foreign = SoftwareAgreement.generate(Suite.P256_HPKE, new SecureRandom());
        TrackerEpoch astray = truck.epochFor(foreign.publicKey());

        assertRefused(announce(truck, astray.announcement()), Reason.UNKNOWN_KEY);
        assertThat(store.counts().refused()).containsEntry("unknown-key", 1L);
    }

    @Test
    void an_unknown_epoch_is_asked_for_by_a_signed_request_and_not_again_at_once()
            throws Exception {
        TrackerEpoch unknown = truck.nextEpoch();
        byte[] sealed = unknown.seal(plaintext(0, 1));

        var first = (Answer.Announce) report(truck, sealed);
        AnnounceRequest request =
                AnnounceRequest.verify(
                        first.request().orElseThrow().toArray(),
                        "acme",
                        "truck-7",
                        keys.commandKey().publicKey());
        assertThat(request.issuedAtMs()).isEqualTo(NOON.toEpochMilli());
        assertThat(((Answer.Announce) report(truck, sealed)).request()).isEmpty();
        assertThat(
                        ((Answer.Announce)
                                        await(
                                                intake.accept(
                                                        truck.id,
                                                        truck.enrolment,
                                                        Channel.REPORT,
                                                        sealed,
                                                        NOON.plusSeconds(10))))
                                .request())
                .isPresent();
        assertThat(store.counts().refused()).containsEntry("announce", 3L);

        assertThat(announce(truck, unknown.announcement())).isEqualTo(new Answer.Stored());
        assertThat(report(truck, sealed)).isEqualTo(new Answer.Stored());
    }

    @Test
    void two_announcements_of_one_predecessor_are_a_clone_and_the_same_twice_is_none()
            throws Exception {
        TrackerEpoch cloned = truck.clonedEpoch();
        TrackerEpoch next = truck.nextEpoch();

        assertThat(announce(truck, next.announcement())).isEqualTo(new Answer.Stored());
        assertThat(announce(truck, next.announcement())).isEqualTo(new Answer.Duplicate());
        assertRefused(announce(truck, cloned.announcement()), Reason.CLONE);
        assertRefused(report(truck, cloned.seal(plaintext(0, 1))), Reason.FORGED);
        assertThat(store.counts().refused()).containsEntry("clone", 1L);
        assertThat(store.counts().epochsDuplicate()).isEqualTo(1);
    }

    @Test
    void a_replayed_report_is_stored_once_and_an_old_counter_is_sealed_again() throws Exception {
        byte[] first = epoch.seal(plaintext(0, 1));
        assertThat(report(truck, first)).isEqualTo(new Answer.Stored());
        assertThat(report(truck, first)).isEqualTo(new Answer.Duplicate());
        byte[] held = epoch.seal(plaintext(1, 1));
        for (int i = 0; i < 1_023; i++) {
            epoch.seal(plaintext(0, 1));
        }
        assertThat(report(truck, epoch.seal(plaintext(2, 1)))).isEqualTo(new Answer.Stored());

        assertThat(report(truck, held)).isEqualTo(new Answer.SealAgain());
        assertThat(report(truck, epoch.seal(plaintext(1, 1)))).isEqualTo(new Answer.Stored());
        assertThat(sequences()).containsExactly(0L, 1L, 2L);
        assertThat(store.counts().refused()).containsEntry("seal-again", 1L);
        assertThat(store.counts().duplicate()).isEqualTo(1);
    }

    @Test
    void a_journal_sent_again_in_other_batches_is_stored_once_and_raises_no_alarm()
            throws Exception {
        report(truck, epoch.seal(plaintext(0, 60)));
        epoch = truck.nextEpoch();
        announce(truck, epoch.announcement());
        for (int first = 0; first < 100; first += 25) {
            assertThat(report(truck, epoch.seal(plaintext(first, 25))))
                    .isEqualTo(new Answer.Stored());
        }

        assertThat(sequences()).isEqualTo(LongStream.range(0, 100).boxed().toList());
        assertThat(store.counts().accepted()).isEqualTo(100);
        assertThat(store.counts().duplicate()).isEqualTo(60);
        assertThat(store.counts().refused()).isEmpty();
    }

    @Test
    void after_a_restart_repeats_and_reports_of_closed_epochs_are_still_known() throws Exception {
        byte[] stored = epoch.seal(plaintext(0, 1));
        byte[] late = epoch.seal(plaintext(1, 1));
        report(truck, stored);
        TrackerEpoch next = truck.nextEpoch();
        announce(truck, next.announcement());

        intake.close();
        store.close();
        openIntake();

        assertThat(report(truck, stored)).isEqualTo(new Answer.Duplicate());
        assertThat(report(truck, late)).isEqualTo(new Answer.Stored());
        assertThat(report(truck, next.seal(plaintext(2, 1)))).isEqualTo(new Answer.Stored());
        assertThat(announce(truck, next.announcement())).isEqualTo(new Answer.Duplicate());
        assertThat(sequences()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void the_same_report_from_many_threads_is_stored_once() throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 10));
        List<Answer> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(threads.submit(() -> report(truck, sealed)));
            }
            for (var answer : answers) {
                all.add(answer.get());
            }
        }

        assertThat(all).containsOnlyOnce(new Answer.Stored());
        assertThat(all).filteredOn(it -> it.equals(new Answer.Duplicate())).hasSize(19);
        assertThat(sequences()).hasSize(10);
    }

    @Test
    void late_and_future_positions_are_stored_and_counted() throws Exception {
        var future = Position.of(NOON.plusSeconds(3_600), 1, 1);
        var now = Position.of(NOON, 1, 1);
        var old = Position.of(NOON.minusSeconds(301), 1, 1);
        Run run = new Run.Positions(0, List.of(old, now, future));
        assertThat(report(truck, epoch.seal(RunCodec.encode(run, 0, NOON.toEpochMilli()))))
                .isEqualTo(new Answer.Stored());

        assertThat(store.counts().late()).isEqualTo(1);
        assertThat(store.counts().doubted()).isEqualTo(1);
        assertThat(history())
                .extracting(StoredPosition::isPlausible)
                .containsExactly(true, true, false);
        assertThat(store.latest(truck.enrolment).orElseThrow().position()).isEqualTo(now);
    }

    @Test
    void a_dropped_run_is_no_gap() throws Exception {
        report(truck, epoch.seal(plaintext(0, 1)));
        Run dropped = new Run.Dropped(1, 600, DropReason.JOURNAL_FULL);
        assertThat(report(truck, epoch.seal(RunCodec.encode(dropped, 0, NOON.toEpochMilli()))))
                .isEqualTo(new Answer.Stored());
        report(truck, epoch.seal(plaintext(602, 1)));

        assertThat(store.counts().gaps()).isEqualTo(1);
        assertThat(store.counts().dropped()).isEqualTo(600);
    }

    @Test
    void an_epoch_of_the_other_suite_is_taken() throws Exception {
        Vehicle van = Vehicle.enrolled(registry, keys.sealingKeys(), Suite.P256_HPKE, "acme.van");
        TrackerEpoch vans = van.nextEpoch();

        assertThat(announce(van, vans.announcement())).isEqualTo(new Answer.Stored());
        assertThat(report(van, vans.seal(plaintext(0, 1)))).isEqualTo(new Answer.Stored());
    }

    @Test
    void a_store_that_takes_nothing_answers_nothing() throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 1));
        byte[] announcement = truck.nextEpoch().announcement();
        store.close();

        assertThat(report(truck, sealed)).isInstanceOf(Answer.Unavailable.class);
        assertThat(report(truck, new byte[] {1})).isInstanceOf(Answer.Unavailable.class);
        assertThat(announce(truck, announcement)).isInstanceOf(Answer.Unavailable.class);
    }

    private void openIntake() throws Exception {
        store =
                Store.open(
                        directory.resolve("positions.db"),
                        keys.dataKeys(),
                        StoreLimits.DEFAULT,
                        InstantSource.fixed(NOON));
        intake =
                new Intake(
                        registry,
                        store,
                        keys.sealingKeys(),
                        keys.commandKey(),
                        Checks.all(),
                        IntakeLimits.DEFAULT);
    }

    private Vehicle vehicle(String name) throws Exception {
        return Vehicle.enrolled(registry, keys.sealingKeys(), Suite.X25519_HPKE, name);
    }

    private Answer report(Vehicle vehicle, byte[] payload) throws Exception {
        return await(send(vehicle, Channel.REPORT, payload));
    }

    private Answer announce(Vehicle vehicle, byte[] payload) throws Exception {
        return await(send(vehicle, Channel.EPOCH, payload));
    }

    private CompletableFuture<Answer> send(Vehicle vehicle, Channel channel, byte[] payload) {
        return intake.accept(vehicle.id, vehicle.enrolment, channel, payload, NOON);
    }

    private List<Long> sequences() {
        return history().stream().map(StoredPosition::sequence).toList();
    }

    private List<StoredPosition> history() {
        List<StoredPosition> all = new ArrayList<>();
        store.history(truck.enrolment, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))
                .forEachRemaining(all::add);
        return all;
    }

    private static void assertRefused(Answer answer, Reason reason) {
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        assertThat(((Answer.Refused) answer).reason()).isEqualTo(reason);
    }

    private static Answer await(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }
}
