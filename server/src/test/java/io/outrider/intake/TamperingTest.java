package io.outrider.intake;

import static io.outrider.intake.TestBackend.assertRefused;
import static io.outrider.intake.TestBackend.await;
import static io.outrider.intake.Vehicle.NOON;
import static io.outrider.intake.Vehicle.plaintext;
import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.intake.Answer.Reason;
import io.outrider.seal.SoftwareAgreement;
import io.outrider.seal.Suite;
import io.outrider.seal.TrackerEpoch;
import io.outrider.store.Counts;
import io.outrider.topic.Channel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is altered, misplaced or not sealed is refused and counted, and nothing of it is stored. */
@Timeout(240)
class TamperingTest {
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
    void a_flipped_bit_anywhere_in_a_report_is_refused_and_nothing_of_it_is_stored()
            throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 2));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            answers.add(backend.send(truck, Channel.REPORT, flipped));
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
        Counts counts = backend.store().counts();
        assertThat(counts.accepted()).isZero();
        assertThat(backend.refusedCount()).isEqualTo(sealed.length * 8L);
        assertThat(counts.refused().get("announce")).isEqualTo(8);
        assertThat(backend.history(truck)).isEmpty();
        assertThat(backend.report(truck, sealed)).isEqualTo(new Answer.Stored());
    }

    @Test
    void a_flipped_bit_anywhere_in_an_announcement_is_refused() throws Exception {
        byte[] announcement = truck.nextEpoch().announcement();
        for (int bit = 0; bit < announcement.length * 8; bit++) {
            byte[] flipped = announcement.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);

            Answer answer = backend.announce(truck, flipped);

            assertThat(answer).as("bit " + bit).isInstanceOf(Answer.Refused.class);
            assertThat(((Answer.Refused) answer).reason())
                    .isIn(Reason.FORGED, Reason.MALFORMED, Reason.UNSUPPORTED_SUITE);
        }
        assertThat(backend.store().counts().epochs()).isEqualTo(1);
        assertThat(backend.refusedCount()).isEqualTo(announcement.length * 8L);
        assertThat(backend.announce(truck, announcement)).isEqualTo(new Answer.Stored());
    }

    @Test
    void another_trackers_report_and_announcement_are_forged_under_this_ones_topic()
            throws Exception {
        Vehicle other = backend.vehicle("acme.truck-8");
        Vehicle otherFleet = backend.vehicle("umbrella.truck-7");
        TrackerEpoch others = other.nextEpoch();
        assertThat(backend.announce(other, others.announcement())).isEqualTo(new Answer.Stored());
        TrackerEpoch otherFleets = otherFleet.nextEpoch();
        assertThat(backend.announce(otherFleet, otherFleets.announcement()))
                .isEqualTo(new Answer.Stored());

        assertRefused(backend.report(truck, others.seal(plaintext(0, 1))), Reason.FORGED);
        assertRefused(backend.report(truck, otherFleets.seal(plaintext(0, 1))), Reason.FORGED);
        assertRefused(backend.announce(truck, other.nextEpoch().announcement()), Reason.FORGED);
        assertThat(backend.store().counts().refused()).containsEntry("forged", 3L);
        assertThat(backend.history(truck)).isEmpty();
    }

    @Test
    void a_number_that_is_not_the_trackers_is_foreign_and_so_is_a_topic_that_leads_elsewhere()
            throws Exception {
        byte[] sealed = epoch.seal(plaintext(0, 1));

        assertRefused(
                await(backend.sendAt(truck, 99, Channel.REPORT, sealed, NOON)), Reason.FOREIGN);
        assertRefused(await(backend.send(truck, Channel.DOWN, sealed)), Reason.FOREIGN);
        assertRefused(await(backend.send(truck, Channel.FEED, sealed)), Reason.FOREIGN);
        backend.registry.remove("acme.truck-7");
        assertRefused(backend.report(truck, sealed), Reason.FOREIGN);
        assertThat(backend.store().counts().refused()).containsEntry("foreign", 4L);
    }

    @Test
    void what_is_not_sealed_is_refused_as_such() throws Exception {
        byte[] json = "{\"lat\":48.1,\"lon\":16.2}".getBytes(StandardCharsets.UTF_8);

        assertRefused(backend.report(truck, json), Reason.UNSEALED);
        assertRefused(backend.announce(truck, json), Reason.UNSEALED);
        assertRefused(backend.report(truck, new byte[0]), Reason.MALFORMED);
        assertRefused(backend.report(truck, plaintext(0, 1)), Reason.MALFORMED);
        assertRefused(backend.report(truck, new byte[100_000]), Reason.MALFORMED);
        assertThat(backend.store().counts().refused())
                .containsEntry("unsealed", 2L)
                .containsEntry("malformed", 3L);
        assertThat(backend.store().refused(10)).hasSize(5);
    }

    @Test
    void what_is_sealed_but_no_run_is_malformed() throws Exception {
        assertRefused(backend.report(truck, epoch.seal(new byte[] {1, 2, 3})), Reason.MALFORMED);
        byte[] trailing = Arrays.copyOf(plaintext(0, 1), 100);
        assertRefused(backend.report(truck, epoch.seal(trailing)), Reason.MALFORMED);
    }

    @Test
    void an_announcement_to_a_key_that_is_not_ours_is_refused() throws Exception {
        var foreign = SoftwareAgreement.generate(Suite.P256_HPKE, new SecureRandom());
        TrackerEpoch astray = truck.epochFor(foreign.publicKey());

        assertRefused(backend.announce(truck, astray.announcement()), Reason.UNKNOWN_KEY);
        assertThat(backend.store().counts().refused()).containsEntry("unknown-key", 1L);
    }
}
