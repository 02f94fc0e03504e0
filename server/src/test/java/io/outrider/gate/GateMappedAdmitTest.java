package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.fleet.Standing;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestAuthority.Request;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who comes in by a certificate of another authority, which answers for the name. */
class GateMappedAdmitTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");

    private final TestAuthority theirs = new TestAuthority("theirs");
    private final Credential truck = theirs.tracker("acme.truck-1");
    private final TestDirectory directory = new TestDirectory();
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private Instant now = begin;
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> now);

    @Test
    void where_a_key_is_registered_no_other_key_comes_in() {
        directory.enrol(TRUCK, 7, theirs.tracker("acme.truck-1").keyHash());
        directory.grant("lake", 3, theirs.client("lake").keyHash());

        assertRefused("acme.truck-1", truck, ReasonCode.NOT_AUTHORIZED, "another key");
        assertRefused("lake", theirs.client("lake"), ReasonCode.NOT_AUTHORIZED, "another key");

        directory.enrol(TRUCK, 7, truck.keyHash());
        assertThat(admit("acme.truck-1", truck)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void where_none_is_registered_the_authority_answers_for_the_name_alone() {
        track(Standing.ACTIVE, Set.of(Method.CERTIFICATE));

        assertThat(admit("acme.truck-1", truck)).isInstanceOf(Admission.Admitted.class);
        assertRefused("acme.truck-2", truck, ReasonCode.NOT_AUTHORIZED, "is not enrolled");
    }

    @Test
    void validity_is_judged_by_the_clock_from_both_sides() {
        track(Standing.ACTIVE, Set.of(Method.CERTIFICATE));
        Instant last = begin.plus(Duration.ofDays(1));
        Credential bounded = theirs.issue(Request.tracker("acme.truck-1").valid(begin, last));

        now = begin.minusMillis(1);
        assertRefused("acme.truck-1", bounded, ReasonCode.NOT_AUTHORIZED, "not valid yet");
        now = begin;
        assertThat(admit("acme.truck-1", bounded)).isInstanceOf(Admission.Admitted.class);
        now = last;
        assertRefused("acme.truck-1", bounded, ReasonCode.NOT_AUTHORIZED, "has ended");
    }

    @Test
    void a_standing_and_a_policy_hold_for_it_as_for_ours() {
        for (Standing standing : List.of(Standing.QUARANTINED, Standing.REVOKED)) {
            track(standing, Set.of(Method.CERTIFICATE));
            assertRefused("acme.truck-1", truck, ReasonCode.BANNED, "");
        }
        track(Standing.ACTIVE, Set.of(Method.TOKEN));
        assertRefused(
                "acme.truck-1", truck, ReasonCode.BAD_AUTHENTICATION_METHOD, "method certificate");
    }

    private void track(Standing standing, Set<Method> methods) {
        directory.trackers.put(TRUCK, new TrackerEntry(7, standing, Optional.empty(), methods));
    }

    private Admission admit(String name, Credential credential) {
        return gate.admit(
                new ConnectRequest(MqttVersion.V5, name, 60, Optional.empty()),
                new Proof.OfMappedCertificate(name, credential.certificate()));
    }

    private void assertRefused(String name, Credential credential, ReasonCode code, String why) {
        assertThat(admit(name, credential))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(code);
                            assertThat(refused.reason()).contains(why);
                        });
    }
}
