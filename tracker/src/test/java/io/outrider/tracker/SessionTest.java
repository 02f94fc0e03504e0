package io.outrider.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.seal.AnnounceRequest;
import io.outrider.seal.KeyStatement;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tracker's session against a backend that really opens what it seals. */
@Timeout(60)
class SessionTest {
    private static final TrackerId ID = new TrackerId("north", "truck-7");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final TrackerOptions OPTIONS =
            TrackerOptions.DEFAULT
                    .withBatch(10, Duration.ZERO)
                    .withReconnect(Duration.ofMillis(5), Duration.ofMillis(20))
                    .withAnnounceInterval(Duration.ofMillis(20));

    @TempDir private Path temporary;
    private TestAuthority authority;
    private TestBackend backend;
    private Path folder;
    private int given;

    @BeforeEach
    void enrol() throws Exception {
        authority = new TestAuthority();
        folder = temporary.resolve("state");
        PublicKey identity = authority.enrolled(folder, ID, 1, KeyStatement.DeleteOn.PUBACK);
        backend = new TestBackend(authority, ID, identity);
    }

    @AfterEach
    void nothing_went_wrong_unseen() {
        backend.close();
        assertThat(backend.faults).isEmpty();
    }

    @Test
    void a_server_that_demands_receipts_is_refused_by_this_version() throws Exception {
        Path other = temporary.resolve("other");
        authority.enrolled(other, ID, 1, KeyStatement.DeleteOn.RECEIPT);

        assertThatThrownBy(() -> Tracker.open(other, OPTIONS))
                .isInstanceOf(TrackerProblem.class)
                .hasMessageContaining("receipts");
    }

    @Test
    void no_report_goes_out_before_the_announcement_is_acknowledged() throws Exception {
        backend.script(p ->
                p.channel() == Channel.EPOCH
                        ? new TestBackend.Script.StoreSilently()
                        : new TestBackend.Script.Acknowledge());
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 5);
            Awaitility.await().until(() -> !backend.published.isEmpty());
            Thread.sleep(300);

            assertThat(backend.published).extracting(p -> p.channel()).containsOnly(Channel.EPOCH);
            assertThat(tracker.isDrained()).isFalse();
        }
    }

    @Test
    void everything_arrives_once_in_batches_and_is_deleted() throws Exception {
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 1_000);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(tracker.counts().sent()).isEqualTo(1_000);
            assertThat(tracker.counts().acknowledged()).isEqualTo(1_000);
            assertThat(tracker.counts().sentReports()).isLessThan(300);
            assertThat(tracker.counts().epochs()).isEqualTo(1);
        }
    }

    @Test
    void a_lost_answer_and_a_lost_connection_resend_the_identical_report() throws Exception {
        Random random = new Random(3);
        backend.script(p ->
                random.nextInt(6) == 0
                        ? new TestBackend.Script.StoreAndHangUp()
                        : new TestBackend.Script.Acknowledge());
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 500);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(tracker.counts().connections()).isGreaterThan(3);
            assertThat(tracker.counts().acknowledged()).isEqualTo(500);
        }
    }

    @Test
    void an_answer_that_never_comes_makes_it_connect_anew_and_send_again() throws Exception {
        Map<Long, Boolean> ignored = new ConcurrentHashMap<>();
        backend.script(p ->
                p.run() != null && ignored.put(p.counter(), true) == null
                        ? new TestBackend.Script.Ignore()
                        : new TestBackend.Script.Acknowledge());
        try (Tracker tracker = open(OPTIONS.withAnswerTime(Duration.ofMillis(200)))) {
            give(tracker, 30);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
        }
    }

    @Test
    void seal_again_takes_a_fresh_counter() throws Exception {
        backend.script(p ->
                p.run() != null && p.counter() < 3
                        ? new TestBackend.Script.Refuse(0x83, "seal-again below the window")
                        : new TestBackend.Script.Acknowledge());
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 20);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(backend.announcements).hasSize(1);
        }
    }

    @Test
    void an_unknown_epoch_is_followed_by_a_new_one_that_names_it() throws Exception {
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 20);
            assertThat(tracker.awaitDrained(LONG)).isTrue();
            backend.forgetEpochs();
            give(tracker, 20);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(backend.announcements).hasSize(2);
            assertThat(backend.announcements.get(1).predecessor())
                    .isEqualTo(OptionalLong.of(backend.announcements.get(0).epochId()));
            assertThat(backend.announcements.get(1).epochNumber()).isEqualTo(1);
        }
    }

    @Test
    void a_restart_is_a_new_epoch_and_the_same_journal() throws Exception {
        backend.script(p ->
                p.channel() == Channel.EPOCH
                        ? new TestBackend.Script.Acknowledge()
                        : new TestBackend.Script.StoreSilently());
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 40);
            Awaitility.await().until(() -> backend.stored.size() >= 40);
        }
        backend.script(_ -> new TestBackend.Script.Acknowledge());
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 10);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(backend.announcements).hasSize(2);
            assertThat(backend.announcements.get(0).journalId())
                    .isEqualTo(backend.announcements.get(1).journalId());
            assertThat(backend.announcements.get(0).epochId())
                    .isNotEqualTo(backend.announcements.get(1).epochId());
        }
    }

    @Test
    void refused_twice_it_is_set_aside_kept_for_inspection_and_reported() throws Exception {
        Map<Long, Integer> tries = new HashMap<>();
        backend.script(p -> {
            if (p.run() instanceof Run.Positions run && run.firstSequence() == 0) {
                tries.merge(p.counter(), 1, Integer::sum);
                return new TestBackend.Script.Refuse(0x99, "malformed so it says");
            }
            return new TestBackend.Script.Acknowledge();
        });
        try (Tracker tracker = unstarted(OPTIONS)) {
            give(tracker, 10);
            tracker.start(); // earlier it might take fewer of them for its first report
            assertThat(tracker.awaitDrained(LONG)).isTrue();
            give(tracker, 10);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertThat(tries).hasSize(2);
            assertThat(backend.dropped)
                    .containsExactly(new Run.Dropped(0, 10, DropReason.REFUSED_TWICE));
            assertThat(backend.stored).hasSize(10);
            assertThat(Files.readString(folder.resolve("refused.txt")))
                    .contains(" 0 10 \"malformed so it says\" ");
        }
    }

    @Test
    void a_clone_stops_the_tracker_loudly_and_nothing_is_deleted() throws Exception {
        backend.script(p ->
                p.run() == null
                        ? new TestBackend.Script.Acknowledge()
                        : new TestBackend.Script.Refuse(0x99, "clone two tags"));
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 5);

            assertThat(tracker.awaitDrained(LONG)).isFalse();
            assertThat(tracker.failure()).get().asString().contains("copy");
            assertThat(tracker.isDrained()).isFalse();
        }
    }

    @Test
    void any_other_answer_deletes_nothing() throws Exception {
        List<TestBackend.Script> answers =
                List.of(
                        new TestBackend.Script.Refuse(0x10, ""),
                        new TestBackend.Script.Refuse(0x87, "not authorised"),
                        new TestBackend.Script.Refuse(0x97, "quota"),
                        new TestBackend.Script.Refuse(0x80, ""));
        backend.script(p ->
                p.run() == null
                        ? new TestBackend.Script.Acknowledge()
                        : answers.get(p.number() % answers.size()));
        try (Tracker tracker = open(OPTIONS.withBatch(1, Duration.ZERO))) {
            give(tracker, 8);
            Awaitility.await().until(() -> backend.published.size() >= 9);
            Thread.sleep(100);

            assertThat(tracker.counts().acknowledged()).isZero();
            assertThat(tracker.isDrained()).isFalse();
        }
    }

    @Test
    void only_a_genuine_new_request_begins_another_epoch() throws Exception {
        try (Tracker tracker = open(OPTIONS)) {
            give(tracker, 1);
            assertThat(tracker.awaitDrained(LONG)).isTrue();
            Thread.sleep(50);
            long now = System.currentTimeMillis();
            byte[] request =
                    new AnnounceRequest("north", "truck-7", now)
                            .sign(authority.commandKeys.getPrivate(), new SecureRandom());
            byte[] foreign =
                    new AnnounceRequest("north", "truck-8", now + 1)
                            .sign(authority.commandKeys.getPrivate(), new SecureRandom());
            byte[] forged =
                    new AnnounceRequest("north", "truck-7", now + 2)
                            .sign(TestAuthority.keys().getPrivate(), new SecureRandom());

            backend.sendDown(foreign);
            backend.sendDown(forged);
            backend.sendDown(new byte[] {1, 2, 3});
            Thread.sleep(100);
            assertThat(backend.announcements).hasSize(1);

            backend.sendDown(request);
            Awaitility.await().until(() -> backend.announcements.size() == 2);
            Thread.sleep(50);
            backend.sendDown(request);
            Thread.sleep(100);
            assertThat(backend.announcements).hasSize(2);
        }
    }

    @Test
    void held_positions_share_a_report_and_draining_lets_them_go() throws Exception {
        try (Tracker tracker = unstarted(OPTIONS.withBatch(10, Duration.ofMinutes(5)))) {
            give(tracker, 4);
            tracker.start();
            Awaitility.await().until(() -> backend.announcements.size() == 1);
            Thread.sleep(100);
            assertThat(backend.stored).isEmpty();

            // In one flush: what becomes durable while it looks may let go what it would hold.
            for (int i = 0; i < 21; i++) {
                tracker.accept(position(given++));
            }
            assertThat(tracker.flush()).isTrue();
            Awaitility.await().until(() -> backend.stored.size() == 20);
            Thread.sleep(100);
            assertThat(backend.stored).hasSize(20);

            assertThat(tracker.awaitDrained(LONG)).isTrue();
            assertAllStored();
            assertThat(tracker.counts().sentReports()).isEqualTo(3);
        }
    }

    @Test
    void at_any_moment_it_is_killed_it_goes_on_where_it_was() throws Exception {
        Random random = new Random(5);
        backend.script(_ ->
                switch (random.nextInt(12)) {
                    case 0 -> new TestBackend.Script.StoreAndHangUp();
                    case 1 -> new TestBackend.Script.Refuse(0x83, "seal-again");
                    default -> new TestBackend.Script.Acknowledge();
                });
        for (int life = 0; life < 12; life++) {
            try (Tracker tracker = open(OPTIONS)) {
                give(tracker, 50);
                Thread.sleep(random.nextInt(30));
            }
        }
        try (Tracker tracker = open(OPTIONS)) {
            assertThat(tracker.awaitDrained(LONG)).isTrue();
        }
        assertAllStored();
    }

    @Test
    void a_second_process_on_one_state_folder_is_refused() throws Exception {
        try (Tracker _ = open(OPTIONS)) {
            assertThatThrownBy(() -> Tracker.open(folder, OPTIONS))
                    .isInstanceOf(TrackerProblem.class)
                    .hasMessageContaining("Another process");
        }
    }

    private Tracker open(TrackerOptions options) throws Exception {
        Tracker tracker = unstarted(options);
        tracker.start();
        return tracker;
    }

    private Tracker unstarted(TrackerOptions options) throws Exception {
        TrackerState state = TrackerState.open(folder, InstantSource.system());
        PinnedTrust trust = PinnedTrust.of(state.root, state::trustedTime);
        return Tracker.of(
                state,
                options,
                InstantSource.system(),
                new SecureRandom(),
                Journal.Limits.DEFAULT,
                trust,
                backend::uplink);
    }

    private void give(Tracker tracker, int count) {
        for (int i = 0; i < count; i++) {
            tracker.accept(position(given++));
            if (i % 7 == 0) {
                tracker.flush();
            }
        }
        assertThat(tracker.flush()).isTrue();
    }

    private void assertAllStored() {
        assertThat(backend.stored).hasSize(given);
        for (int i = 0; i < given; i++) {
            assertThat(backend.stored.get((long) i)).isEqualTo(position(i));
        }
    }

    private static Position position(int number) {
        return new Position(
                Instant.ofEpochSecond(1_700_000_000L + number),
                500_000_000 + number,
                100_000_000 - number,
                number,
                null,
                number,
                1,
                9,
                null);
    }
}
