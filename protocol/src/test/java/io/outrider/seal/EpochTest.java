package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EpochTest {
    private final SecureRandom random = new SecureRandom();
    private final TestKey identity = TestKey.signing("identity");

    @ParameterizedTest
    @EnumSource
    void what_a_tracker_seals_the_backend_opens(Suite suite) throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(suite, random);
        try (TrackerEpoch tracker = begin(backend.publicKey());
                BackendEpoch epoch = open(tracker, backend)) {
            for (int i = 0; i < 300; i++) {
                byte[] plaintext = new byte[1 + i];
                random.nextBytes(plaintext);

                SealedReport report = SealedReport.parse(tracker.seal(plaintext));

                assertThat(report.counter()).isEqualTo(i);
                assertThat(tracker.sealedCount()).isEqualTo(i + 1);
                assertThat(epoch.open(report)).isEqualTo(plaintext);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_sealing_key_survives_being_kept(Suite suite) throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(suite, random);
        SealingPublicKey publicKey = SealingPublicKey.of(suite, backend.publicKey().bytes());
        SoftwareAgreement kept = SoftwareAgreement.of(publicKey, backend.pkcs8());

        try (TrackerEpoch tracker = begin(publicKey);
                BackendEpoch epoch = open(tracker, kept)) {
            assertThat(epoch.open(SealedReport.parse(tracker.seal(new byte[] {7}))))
                    .containsExactly(7);
        }
    }

    @Test
    void bytes_that_are_no_private_key_are_refused() throws Refusal {
        SealingPublicKey publicKey =
                SoftwareAgreement.generate(Suite.P256_HPKE, random).publicKey();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftwareAgreement.of(publicKey, Secret.owning(new byte[9])));
    }

    @Test
    void another_backend_key_is_refused() throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(Suite.P256_HPKE, random);
        SoftwareAgreement other = SoftwareAgreement.generate(Suite.P256_HPKE, random);
        try (TrackerEpoch tracker = begin(backend.publicKey())) {
            Announcement announcement = verify(tracker);

            assertThatThrownBy(() -> BackendEpoch.epochSecret(announcement, other))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal ->
                                    assertThat(refusal.reason())
                                            .isEqualTo(Refusal.Reason.UNKNOWN_KEY));
        }
    }

    @Test
    void a_report_of_another_epoch_of_the_same_tracker_is_forged() throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(Suite.X25519_HPKE, random);
        try (TrackerEpoch first = begin(backend.publicKey());
                TrackerEpoch second = begin(backend.publicKey());
                BackendEpoch epoch = open(second, backend)) {
            SealedReport report = SealedReport.parse(first.seal(new byte[] {1}));

            assertThatThrownBy(() -> epoch.open(report))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal ->
                                    assertThat(refusal.reason()).isEqualTo(Refusal.Reason.FORGED));
        }
    }

    @Test
    void epoch_ids_do_not_repeat() throws Refusal {
        SealingPublicKey backend =
                SoftwareAgreement.generate(Suite.X25519_HPKE, random).publicKey();
        Set<Long> ids = new HashSet<>();

        for (int i = 0; i < 50; i++) {
            ids.add(begin(backend).epochId());
        }

        assertThat(ids).hasSize(50);
    }

    @Test
    void a_report_is_as_long_as_allowed_and_no_longer() throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(Suite.P256_HPKE, random);
        try (TrackerEpoch tracker = begin(backend.publicKey());
                BackendEpoch epoch = open(tracker, backend)) {
            byte[] longest = new byte[Limits.REPORT_PLAINTEXT_BYTES_MAX];
            byte[] sealed = tracker.seal(longest);

            assertThat(epoch.open(SealedReport.parse(sealed))).isEqualTo(longest);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tracker.seal(new byte[longest.length + 1]));
            assertThatIllegalArgumentException().isThrownBy(() -> tracker.seal(new byte[0]));
        }
    }

    @Test
    void an_epoch_seals_2_to_the_20_reports_and_not_one_more() throws Refusal {
        SoftwareAgreement backend = SoftwareAgreement.generate(Suite.P256_HPKE, random);
        try (TrackerEpoch tracker = begin(backend.publicKey());
                BackendEpoch epoch = open(tracker, backend)) {
            byte[] plaintext = {1};
            byte[] last = {};
            for (int i = 0; i < 1 << 20; i++) {
                last = tracker.seal(plaintext);
            }

            assertThat(SealedReport.parse(last).counter()).isEqualTo((1 << 20) - 1);
            assertThat(epoch.open(SealedReport.parse(last))).isEqualTo(plaintext);
            assertThatIllegalStateException().isThrownBy(() -> tracker.seal(plaintext));
        }
    }

    private TrackerEpoch begin(SealingPublicKey backend) throws Refusal {
        return TrackerEpoch.begin(
                new Scenario(backend.suite()).start(), backend, identity.privateKey(), random);
    }

    private Announcement verify(TrackerEpoch tracker) throws Refusal {
        return BackendEpoch.verify(
                tracker.announcement(), Scenario.FLEET, Scenario.TRACKER, identity.publicKey());
    }

    private BackendEpoch open(TrackerEpoch tracker, Agreement key) throws Refusal {
        Announcement announcement = verify(tracker);
        try (Secret secret = BackendEpoch.epochSecret(announcement, key)) {
            assertThat(secret.length()).isEqualTo(32);
            return BackendEpoch.of(announcement, secret);
        }
    }
}
