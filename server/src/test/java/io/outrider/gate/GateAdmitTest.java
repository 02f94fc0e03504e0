package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Method;
import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestAuthority.Request;
import io.outrider.topic.TrackerId;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GateAdmitTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("ours");
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");
    private static final String URI = TRUCK.uri(TestAuthority.INSTALLATION);

    private final Credential truck = AUTHORITY.tracker("acme.truck-1");
    private final TestDirectory directory = new TestDirectory();
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private Instant now = begin;
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> now);

    @BeforeEach
    void enrol() {
        directory.enrol(TRUCK, 7, truck.keyHash());
    }

    @Test
    void a_certificate_without_a_subject_alternative_name_is_refused() {
        assertObjection(
                new Request("CN=acme.truck-1").purpose(KeyPurposeId.id_kp_clientAuth), "(URI)");
    }

    @Test
    void a_certificate_with_a_second_name_is_refused() {
        assertObjection(
                Request.tracker("acme.truck-1")
                        .uri(new TrackerId("acme", "truck-2").uri(TestAuthority.INSTALLATION)),
                "(URI)");
        assertObjection(
                Request.tracker("acme.truck-1").name(new GeneralName(GeneralName.dNSName, "a.b")),
                "(URI)");
    }

    @Test
    void a_name_that_is_no_uri_is_refused() {
        assertObjection(
                new Request("CN=acme.truck-1")
                        .purpose(KeyPurposeId.id_kp_clientAuth)
                        .name(new GeneralName(GeneralName.dNSName, URI)),
                "(URI)");
    }

    @Test
    void another_installations_or_a_misspelt_uri_is_refused() {
        for (String uri :
                new String[] {
                    "spiffe://other.example/fleet/acme/tracker/truck-1",
                    "SPIFFE://test.example/fleet/acme/tracker/truck-1",
                    "spiffe://test.example/fleet/acme/tracker/truck-1/",
                    "spiffe://test.example//fleet/acme/tracker/truck-1",
                    "spiffe://test.example/fleet/acme/tracker/truck-1?x",
                    "spiffe://test.example/fleet/acme/tracker/truck-1%0a",
                    "spiffe://test.example/fleet/acme/tracker/+",
                    "spiffe://test.example/fleet/acme/tracker/#",
                    "spiffe://test.example/fleet/ACME/tracker/truck-1",
                    "spiffe://test.example/fleet/acme/tracker/../truck-1",
                    "spiffe://test.example/fleet/acme/truck/truck-1",
                    "spiffe://test.example/fleet/acme/tracker/",
                    "",
                }) {
            assertObjection(
                    new Request("CN=acme.truck-1").purpose(KeyPurposeId.id_kp_clientAuth).uri(uri),
                    "the certificate ");
        }
    }

    @Test
    void a_common_name_that_is_not_the_trackers_is_refused() {
        for (String subject :
                new String[] {
                    "CN=acme.truck-2",
                    "CN=acme.truck-1,CN=acme.truck-1",
                    "O=acme",
                    "CN=acme.truck-1+O=acme,CN=x"
                }) {
            assertObjection(
                    new Request(subject).purpose(KeyPurposeId.id_kp_clientAuth).uri(URI),
                    "common name");
        }
    }

    @Test
    void a_certificate_for_anything_but_clients_is_refused() {
        assertObjection(new Request("CN=acme.truck-1").uri(URI), "clientAuth");
        assertObjection(
                new Request("CN=acme.truck-1").uri(URI).purpose(KeyPurposeId.id_kp_serverAuth),
                "clientAuth");
        assertObjection(
                new Request("CN=acme.truck-1").uri(URI).purpose(KeyPurposeId.anyExtendedKeyUsage),
                "clientAuth");
    }

    @Test
    void a_certificate_that_may_sign_others_is_refused() {
        assertObjection(Request.tracker("acme.truck-1").asAuthority(), "authority");
    }

    @Test
    void validity_is_judged_by_the_clock_from_both_sides() {
        Instant last = begin.plus(Duration.ofDays(1));
        var credential =
                AUTHORITY.issue(Request.tracker("acme.truck-1").valid(begin, last), truck.key());
        X509Certificate connect = credential.certificate();

        now = begin.minusMillis(1);
        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "not valid yet");
        now = begin;
        assertAdmitted(connect);
        now = last.minusMillis(1);
        assertAdmitted(connect);
        now = last;
        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "has ended");
    }

    @Test
    void nobody_without_a_certificate() {
        assertThat(
                        gate.admit(
                                connect("acme.truck-1", MqttVersion.V5, 60),
                                new Proof.Nothing("there is no client certificate")))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> assertThat(refused.reason()).contains("no client certificate"));
    }

    @Test
    void a_client_identifier_that_is_not_the_certificates_is_refused() {
        for (String id : new String[] {"", "acme.truck-2", "ACME.truck-1", "acme.truck-1 ", "#"}) {
            assertRefused(
                    connect(id, MqttVersion.V5, 60),
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "acme.truck-1");
        }
    }

    @Test
    void who_is_not_enrolled_or_no_more_is_refused() {
        directory.trackers.clear();

        assertRefused(truck.certificate(), ReasonCode.NOT_AUTHORIZED, "is not enrolled");
    }

    @Test
    void another_key_than_the_enrolled_one_is_refused() {
        var twin = AUTHORITY.tracker("acme.truck-1");

        assertRefused(twin.certificate(), ReasonCode.NOT_AUTHORIZED, "another key");
    }

    @Test
    void the_enrolled_key_under_a_renewed_certificate_is_admitted() {
        var renewed = AUTHORITY.issue(Request.tracker("acme.truck-1"), truck.key());

        assertAdmitted(renewed.certificate());
    }

    @Test
    void a_will_is_refused() {
        var will = new ConnectRequest.Will("o1/acme/truck-1/report", 1, false);

        assertRefused(
                new ConnectRequest(MqttVersion.V5, "acme.truck-1", 60, Optional.of(will)),
                ReasonCode.NOT_AUTHORIZED,
                "will");
    }

    @Test
    void mqtt_3_1_is_refused() {
        assertRefused(
                connect("acme.truck-1", MqttVersion.V3_1, 60),
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                "3.1.1");
    }

    @Test
    void the_keep_alive_is_kept_within_its_range_and_none_is_not_honoured() {
        var sessions = Limits.DEFAULT.sessions();

        for (MqttVersion version : List.of(MqttVersion.V3_1_1, MqttVersion.V5)) {
            assertThat(sessions.keepAliveSeconds(0, version)).isEqualTo(300);
            assertThat(sessions.keepAliveSeconds(65_535, version)).isEqualTo(300);
            assertThat(sessions.keepAliveSeconds(301, version)).isEqualTo(300);
            assertThat(sessions.keepAliveSeconds(300, version)).isEqualTo(300);
            assertThat(sessions.keepAliveSeconds(5, version)).isEqualTo(5);
        }
        assertThat(sessions.keepAliveSeconds(4, MqttVersion.V5)).isEqualTo(5);
        assertThat(sessions.keepAliveSeconds(4, MqttVersion.V3_1_1))
                .as("cannot be told")
                .isEqualTo(4);
        assertThat(sessions.keepAliveSeconds(1, MqttVersion.V3_1_1)).isEqualTo(1);
    }

    @Test
    void who_was_admitted_is_known_by_the_enrolment_number() {
        var until = truck.certificate().getNotAfter().toInstant();

        assertThat(admit(truck.certificate()))
                .isEqualTo(
                        new Admission.Admitted(
                                new Identity.OfTracker(TRUCK, 7, Method.CERTIFICATE, until)));
    }

    @Test
    void nobody_stays_past_removal_another_enrolment_or_the_certificates_end() {
        var identity = new Identity.OfTracker(TRUCK, 7, Method.CERTIFICATE, begin.plusMillis(1));

        assertThat(gate.stay(identity)).isInstanceOf(Decision.Allow.class);
        now = begin.plusMillis(1);
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
        now = begin;
        directory.enrol(TRUCK, 8, truck.keyHash());
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
        directory.trackers.clear();
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
    }

    private void assertObjection(Request request, String reason) {
        var credential = AUTHORITY.issue(request, truck.key());
        assertRefused(credential.certificate(), ReasonCode.NOT_AUTHORIZED, reason);
    }

    private void assertRefused(X509Certificate certificate, ReasonCode code, String reason) {
        assertRefused(
                connect("acme.truck-1", MqttVersion.V5, 60),
                new Proof.OfCertificate(certificate),
                code,
                reason);
    }

    private void assertRefused(ConnectRequest connect, ReasonCode code, String reason) {
        assertRefused(connect, new Proof.OfCertificate(truck.certificate()), code, reason);
    }

    private void assertRefused(
            ConnectRequest connect, Proof proof, ReasonCode code, String reason) {
        assertThat(gate.admit(connect, proof))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(code);
                            assertThat(refused.reason()).contains(reason);
                        });
    }

    private void assertAdmitted(X509Certificate certificate) {
        assertThat(admit(certificate)).isInstanceOf(Admission.Admitted.class);
    }

    private Admission admit(X509Certificate certificate) {
        return gate.admit(
                connect("acme.truck-1", MqttVersion.V5, 60), new Proof.OfCertificate(certificate));
    }

    private static ConnectRequest connect(String clientId, MqttVersion version, int keepAlive) {
        return new ConnectRequest(version, clientId, keepAlive, Optional.empty());
    }
}
