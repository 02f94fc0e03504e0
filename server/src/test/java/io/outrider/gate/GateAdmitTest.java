package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.gate.TestAuthority.Credential;
import io.outrider.gate.TestAuthority.Request;
import io.outrider.topic.TrackerId;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

class GateAdmitTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("ours");
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");
    private static final String URI = TRUCK.uri(TestAuthority.INSTALLATION);

    private final Credential truck = AUTHORITY.tracker("acme.truck-1");
    private final Map<TrackerId, Enrolled> registry =
            new HashMap<>(Map.of(TRUCK, new Enrolled(7, truck.keyHash())));
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private Instant now = begin;
    private final Gate gate =
            new Gate(
                    TestAuthority.INSTALLATION,
                    Limits.DEFAULT,
                    id -> Optional.ofNullable(registry.get(id)),
                    () -> now);

    @Test
    void a_certificate_without_a_subject_alternative_name_is_refused() {
        assertObjection(
                new Request("CN=acme.truck-1").purpose(KeyPurposeId.id_kp_clientAuth), "SAN URI");
    }

    @Test
    void a_certificate_with_a_second_name_is_refused() {
        assertObjection(
                Request.tracker("acme.truck-1")
                        .uri(new TrackerId("acme", "truck-2").uri(TestAuthority.INSTALLATION)),
                "SAN URI");
        assertObjection(
                Request.tracker("acme.truck-1").name(new GeneralName(GeneralName.dNSName, "a.b")),
                "SAN URI");
    }

    @Test
    void a_name_that_is_no_uri_is_refused() {
        assertObjection(
                new Request("CN=acme.truck-1")
                        .purpose(KeyPurposeId.id_kp_clientAuth)
                        .name(new GeneralName(GeneralName.dNSName, URI)),
                "SAN URI");
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
        ConnectRequest connect = connect(credential.certificate());

        now = begin.minusMillis(1);
        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "not valid now");
        now = begin;
        assertAdmitted(connect);
        now = last;
        assertAdmitted(connect);
        now = last.plusMillis(1);
        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "not valid now");
    }

    @Test
    void nobody_without_a_certificate() {
        var connect =
                new ConnectRequest(
                        MqttVersion.V5, "acme.truck-1", Optional.empty(), 60, false, false);

        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "no client certificate");
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
        registry.clear();

        assertRefused(connect(truck.certificate()), ReasonCode.NOT_AUTHORIZED, "is not enrolled");
    }

    @Test
    void another_key_than_the_enrolled_one_is_refused() {
        var twin = AUTHORITY.tracker("acme.truck-1");

        assertRefused(connect(twin.certificate()), ReasonCode.NOT_AUTHORIZED, "another key");
    }

    @Test
    void the_enrolled_key_under_a_renewed_certificate_is_admitted() {
        var renewed = AUTHORITY.issue(Request.tracker("acme.truck-1"), truck.key());

        assertAdmitted(connect(renewed.certificate()));
    }

    @Test
    void a_will_is_refused() {
        var connect =
                new ConnectRequest(
                        MqttVersion.V5,
                        "acme.truck-1",
                        Optional.of(truck.certificate()),
                        60,
                        true,
                        false);

        assertRefused(connect, ReasonCode.NOT_AUTHORIZED, "will");
    }

    @Test
    void enhanced_authentication_is_refused() {
        var connect =
                new ConnectRequest(
                        MqttVersion.V5,
                        "acme.truck-1",
                        Optional.of(truck.certificate()),
                        60,
                        false,
                        true);

        assertRefused(connect, ReasonCode.BAD_AUTHENTICATION_METHOD, "only method");
    }

    @Test
    void mqtt_3_1_is_refused() {
        assertRefused(
                connect("acme.truck-1", MqttVersion.V3_1, 60),
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                "3.1.1");
    }

    @Test
    void the_keep_alive_has_a_limit_on_both_sides() {
        assertAdmitted(connect("acme.truck-1", MqttVersion.V5, 5));
        assertAdmitted(connect("acme.truck-1", MqttVersion.V3_1_1, 300));
        for (MqttVersion version : new MqttVersion[] {MqttVersion.V5, MqttVersion.V3_1_1}) {
            assertRefused(
                    connect("acme.truck-1", version, 4), ReasonCode.QUOTA_EXCEEDED, "below 5 s");
        }
        // MQTT 3.1.1 has no word for a server's keep alive; MQTT 5 is told it in the CONNACK.
        for (int tooLong : new int[] {0, 301, 65_535}) {
            assertAdmitted(connect("acme.truck-1", MqttVersion.V5, tooLong));
            assertRefused(
                    connect("acme.truck-1", MqttVersion.V3_1_1, tooLong),
                    ReasonCode.QUOTA_EXCEEDED,
                    "above 300 s");
        }
    }

    @Test
    void who_was_admitted_is_known_by_the_enrolment_number() {
        var until = truck.certificate().getNotAfter().toInstant();

        assertThat(gate.admit(connect(truck.certificate())))
                .isEqualTo(new Admission.Admitted(new Identity(TRUCK, 7, until)));
    }

    @Test
    void nobody_stays_past_removal_another_enrolment_or_the_certificates_end() {
        var identity = new Identity(TRUCK, 7, begin);

        assertThat(gate.stay(identity)).isEqualTo(new Decision.Allow());
        now = begin.plusMillis(1);
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
        now = begin;
        registry.put(TRUCK, new Enrolled(8, truck.keyHash()));
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
        registry.clear();
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Deny.class);
    }

    private void assertObjection(Request request, String reason) {
        var credential = AUTHORITY.issue(request, truck.key());
        assertRefused(connect(credential.certificate()), ReasonCode.NOT_AUTHORIZED, reason);
    }

    private void assertRefused(ConnectRequest connect, ReasonCode code, String reason) {
        assertThat(gate.admit(connect))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(code);
                            assertThat(refused.reason()).contains(reason);
                        });
    }

    private void assertAdmitted(ConnectRequest connect) {
        assertThat(gate.admit(connect)).isInstanceOf(Admission.Admitted.class);
    }

    private ConnectRequest connect(String clientId, MqttVersion version, int keepAlive) {
        return new ConnectRequest(
                version, clientId, Optional.of(truck.certificate()), keepAlive, false, false);
    }

    private static ConnectRequest connect(X509Certificate certificate) {
        return new ConnectRequest(
                MqttVersion.V5, "acme.truck-1", Optional.of(certificate), 60, false, false);
    }
}
