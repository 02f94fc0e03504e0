package io.outrider.intake;

import static io.outrider.intake.TestBackend.assertRefused;
import static io.outrider.intake.TestBackend.await;
import static io.outrider.intake.Vehicle.NOON;
import static io.outrider.intake.Vehicle.plaintext;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.intake.Answer.Reason;
import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.Suite;
import io.outrider.seal.TrackerEpoch;
import io.outrider.store.StoredPosition;
import io.outrider.topic.Channel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each answer to what a tracker itself may send, and its counter. */
@Timeout(60)
class IntakeTest {
    @TempDir Path directory;
    private TestBackend backend;
    private Vehicle truck;
    private TrackerEpoch epoch;

    @BeforeEach
    void open() throws Exception {
        backend = new TestBackend(directory);
        truck = backend.vehicle("acme.truck-7");
        epoch = truck.nextEpoch();
        assertThat(backend.announce(truck, epoch.announcement())).isEqualTo(new Answer.Stored());
    }

    @AfterEach
    void close() throws Exception {
        backend.close();
    }

    @Test
    void an_unknown_epoch_is_asked_for_by_a_signed_request_and_not_again_at_once()
            throws Exception {
        TrackerEpoch unknown = truck.nextEpoch();
        byte[] sealed = unknown.seal(plaintext(0, 1));

        var first = (Answer.Announce) backend.report(truck, sealed);
        AnnounceRequest request =
                AnnounceRequest.verify(
                        first.request().orElseThrow().toArray(),
                        "acme",
                        "truck-7",
                        backend.keys.commandKey().publicKey());
        assertThat(request.issuedAtMs()).isEqualTo(NOON.toEpochMilli());
        assertThat(((Answer.Announce) backend.report(truck, sealed)).request()).isEmpty();
        assertThat(
                        ((Answer.Announce)
                                        await(
                                                backend.sendAt(
                                                        truck,
                                                        truck.enrolment,
                                                        Channel.REPORT,
                                                        sealed,
                                                        NOON.plusSeconds(10))))
                                .request())
                .isPresent();
        assertThat(backend.store().counts().refused()).containsEntry("announce", 3L);

        assertThat(backend.announce(truck, unknown.announcement())).isEqualTo(new Answer.Stored());
        assertThat(backend.report(truck, sealed)).isEqualTo(new Answer.Stored());
    }

    @Test
    void two_announcements_of_one_predecessor_are_a_clone_and_the_same_twice_is_none()
            throws Exception {
        TrackerEpoch cloned = truck.clonedEpoch();
        TrackerEpoch next = truck.nextEpoch();

        assertThat(backend.announce(truck, next.announcement())).isEqualTo(new Answer.Stored());
        assertThat(backend.announce(truck, next.announcement())).isEqualTo(new Answer.Duplicate());
        assertRefused(backend.announce(truck, cloned.announcement()), Reason.CLONE);
        assertRefused(backend.report(truck, cloned.seal(plaintext(0, 1))), Reason.FORGED);
        assertThat(backend.store().counts().refused()).containsEntry("clone", 1L);
        assertThat(backend.store().counts().epochsDuplicate()).isEqualTo(1);
    }

    @Test
    void a_replayed_report_is_stored_once_and_an_old_counter_is_sealed_again() throws Exception {
        byte[] first = epoch.seal(plaintext(0, 1));
        assertThat(backend.report(truck, first)).isEqualTo(new Answer.Stored());
        assertThat(backend.report(truck, first)).isEqualTo(new Answer.Duplicate());
        byte[] held = epoch.seal(plaintext(1, 1));
        for (int i = 0; i < 1_023; i++) {
            epoch.seal(plaintext(0, 1));
        }
        assertThat(backend.report(truck, epoch.seal(plaintext(2, 1))))
                .isEqualTo(new Answer.Stored());

        assertThat(backend.report(truck, held)).isEqualTo(new Answer.SealAgain());
        assertThat(backend.report(truck, epoch.seal(plaintext(1, 1))))
                .isEqualTo(new Answer.Stored());
        assertThat(backend.sequences(truck)).containsExactly(0L, 1L, 2L);
        assertThat(backend.store().counts().refused()).containsEntry("seal-again", 1L);
        assertThat(backend.store().counts().duplicate()).isEqualTo(1);
    }

    @Test
    void a_journal_sent_again_in_other_batches_is_stored_once_and_raises_no_alarm()
            throws Exception {
        backend.report(truck, epoch.seal(plaintext(0, 60)));
        epoch = truck.nextEpoch();
        backend.announce(truck, epoch.announcement());
        for (int first = 0; first < 100; first += 25) {
            assertThat(backend.report(truck, epoch.seal(plaintext(first, 25))))
                    .isEqualTo(new Answer.Stored());
        }

        assertThat(backend.sequences(truck)).isEqualTo(LongStream.range(0, 100).boxed().toList());
        assertThat(backend.store().counts().accepted()).isEqualTo(100);
        assertThat(backend.store().counts().duplicate()).isEqualTo(60);
        assertThat(backend.store().counts().refused()).isEmpty();
    }

    @Test
    void after_a_restart_repeats_and_reports_of_closed_epochs_are_still_known() throws Exception {
        byte[] stored = epoch.seal(plaintext(0, 1));
        byte[] late = epoch.seal(plaintext(1, 1));
        backend.report(truck, stored);
        TrackerEpoch next = truck.nextEpoch();
        backend.announce(truck, next.announcement());

        backend.reopen();

        assertThat(backend.report(truck, stored)).isEqualTo(new Answer.Duplicate());
        assertThat(backend.report(truck, late)).isEqualTo(new Answer.Stored());
        assertThat(backend.report(truck, next.seal(plaintext(2, 1))))
                .isEqualTo(new Answer.Stored());
        assertThat(backend.announce(truck, next.announcement())).isEqualTo(new Answer.Duplicate());
        assertThat(backend.sequences(truck)).containsExactly(0L, 1L, 2L);
    }

    @Test
    void the_same_report_from_many_threads_is_stored_once() throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 10));
        List<Answer> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(threads.submit(() -> backend.report(truck, sealed)));
            }
            for (var answer : answers) {
                all.add(answer.get());
            }
        }

        assertThat(all).containsOnlyOnce(new Answer.Stored());
        assertThat(all).filteredOn(it -> it.equals(new Answer.Duplicate())).hasSize(19);
        assertThat(backend.sequences(truck)).hasSize(10);
    }

    @Test
    void late_and_future_positions_are_stored_and_counted() throws Exception {
        var future = Position.of(NOON.plusSeconds(3_600), 1, 1);
        var now = Position.of(NOON, 1, 1);
        var old = Position.of(NOON.minusSeconds(301), 1, 1);
        Run run = new Run.Positions(0, List.of(old, now, future));
        assertThat(backend.report(truck, epoch.seal(RunCodec.encode(run, 0, NOON.toEpochMilli()))))
                .isEqualTo(new Answer.Stored());

        assertThat(backend.store().counts().late()).isEqualTo(1);
        assertThat(backend.store().counts().doubted()).isEqualTo(1);
        assertThat(backend.history(truck))
                .extracting(StoredPosition::isPlausible)
                .containsExactly(true, true, false);
        assertThat(backend.store().latest(truck.enrolment).orElseThrow().position()).isEqualTo(now);
    }

    @Test
    void a_dropped_run_is_no_gap() throws Exception {
        backend.report(truck, epoch.seal(plaintext(0, 1)));
        Run dropped = new Run.Dropped(1, 600, DropReason.JOURNAL_FULL);
        assertThat(
                        backend.report(
                                truck,
                                epoch.seal(RunCodec.encode(dropped, 0, NOON.toEpochMilli()))))
                .isEqualTo(new Answer.Stored());
        backend.report(truck, epoch.seal(plaintext(602, 1)));

        assertThat(backend.store().counts().gaps()).isEqualTo(1);
        assertThat(backend.store().counts().dropped()).isEqualTo(600);
    }

    @Test
    void an_epoch_of_the_other_suite_is_taken() throws Exception {
        Vehicle van = backend.vehicle("acme.van", Suite.P256_HPKE);
        TrackerEpoch vans = van.nextEpoch();

        assertThat(backend.announce(van, vans.announcement())).isEqualTo(new Answer.Stored());
        assertThat(backend.report(van, vans.seal(plaintext(0, 1)))).isEqualTo(new Answer.Stored());
    }

    @Test
    void a_store_that_takes_nothing_answers_nothing() throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 1));
        byte[] announcement = truck.nextEpoch().announcement();
        backend.store().close();

        assertThat(backend.report(truck, sealed)).isInstanceOf(Answer.Unavailable.class);
        assertThat(backend.report(truck, new byte[] {1})).isInstanceOf(Answer.Unavailable.class);
        assertThat(backend.announce(truck, announcement)).isInstanceOf(Answer.Unavailable.class);
    }
}
