package io.outrider.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Operation;
import io.outrider.fleet.Standing;
import io.outrider.topic.TopicFilter;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who comes in as a client, and by a password or token. */
class GateClientAdmitTest {
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");

    private final TestDirectory directory = new TestDirectory();
    private final Gate gate =
            new Gate(TestAuthority.INSTALLATION, Limits.DEFAULT, directory, () -> NOW);

    @BeforeEach
    void fill() {
        directory.clients.put(
                "lake",
                new ClientEntry(
                        3, Optional.empty(), Set.of(Method.PASSWORD, Method.TOKEN), List.of()));
        track(Standing.ACTIVE, Set.of(Method.TOKEN));
    }

    @Test
    void a_client_comes_under_its_name_and_under_names_that_begin_with_it() {
        for (String clientId :
                List.of(
                        "lake",
                        "lake.1",
                        "lake..",
                        "lake.a.b",
                        "lake.clean retained",
                        "lake." + "x".repeat(123),
                        "lake.{}~!")) {
            assertThat(admit(clientId, new Proof.OfPassword("lake")))
                    .as(clientId)
                    .isEqualTo(ReasonCode.SUCCESS);
        }
    }

    /** CVE-2017-7650. */
    @Test
    void a_client_identifier_holds_nothing_that_means_something_elsewhere() {
        for (String clientId :
                List.of(
                        "",
                        "lake.",
                        "lake.+",
                        "lake.#",
                        "lake.a/b",
                        "lake.$x",
                        "lake.\u0000",
                        "lake.a\nb",
                        "lake.\u007f",
                        "lake.\u00e4",
                        "lake.\u202e",
                        "lake." + "x".repeat(124),
                        "Lake",
                        "lake1",
                        "lake-1",
                        " lake",
                        "lake ",
                        "lak",
                        "other.lake",
                        "acme.truck-1")) {
            assertThat(admit(clientId, new Proof.OfPassword("lake")))
                    .as(clientId)
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }
    }

    /** Mosquitto issue 3553, mochi issue 504: a session is taken over by its client identifier. */
    @Test
    void a_client_cannot_take_a_trackers_or_another_clients_identifier() {
        directory.clients.put(
                "acme", new ClientEntry(9, Optional.empty(), Set.of(Method.PASSWORD), List.of()));

        assertThat(admit("lake.1", new Proof.OfPassword("acme")))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(admit("lake", new Proof.OfToken("acme.truck-1", Instant.MAX, Optional.empty())))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void a_method_that_policy_does_not_allow_opens_nothing() {
        assertThat(admit("acme.truck-1", new Proof.OfPassword("acme.truck-1")))
                .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
        track(Standing.ACTIVE, Set.of());
        assertThat(admit("acme.truck-1", token("acme.truck-1")))
                .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }

    @Test
    void who_is_quarantined_or_revoked_is_told_so_by_whatever_method() {
        track(Standing.QUARANTINED, Set.of(Method.TOKEN));
        assertThat(admit("acme.truck-1", token("acme.truck-1"))).isEqualTo(ReasonCode.BANNED);
        track(Standing.REVOKED, Set.of(Method.TOKEN));
        assertThat(admit("acme.truck-1", token("acme.truck-1"))).isEqualTo(ReasonCode.BANNED);
        track(Standing.ACTIVE, Set.of(Method.TOKEN));
        assertThat(admit("acme.truck-1", token("acme.truck-1"))).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void a_name_that_nobody_can_have_is_refused_and_not_repeated() {
        for (String name : List.of("", "a b", "lake\n", "+", "a.b.c", "../lake", "LAKE")) {
            assertThat(gate.admit(connect(name), token(name)))
                    .isInstanceOfSatisfying(
                            Admission.Refused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .isEqualTo("nobody has a name like this"));
        }
    }

    @Test
    void a_token_ends_when_it_says() {
        var last = new Proof.OfToken("lake", NOW.plusMillis(1), Optional.empty());
        var over = new Proof.OfToken("lake", NOW, Optional.empty());

        assertThat(admit("lake", last)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admit("lake", over)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void a_trackers_token_narrows_it_to_its_scopes() {
        var scopes = List.of(grant(Operation.PUBLISH, "o1/acme/truck-1/+"));
        var proof = new Proof.OfToken("acme.truck-1", Instant.MAX, Optional.of(scopes));

        assertThat(gate.admit(connect("acme.truck-1"), proof))
                .isInstanceOfSatisfying(
                        Admission.Admitted.class,
                        admitted -> {
                            assertThat(publishes(admitted.identity(), "report")).isTrue();
                            assertThat(publishes(admitted.identity(), "down")).isFalse();
                            assertThat(
                                            gate.subscribe(
                                                    admitted.identity(),
                                                    new SubscribeRequest(
                                                            "o1/acme/truck-1/down", 1)))
                                    .isInstanceOf(Decision.Deny.class);
                        });
    }

    @Test
    void a_connect_with_too_many_user_properties_is_refused_from_one_more() {
        assertThat(code(gate.admit(connect("lake", 16, 2048), new Proof.OfPassword("lake"))))
                .isEqualTo(ReasonCode.SUCCESS);
        assertThat(code(gate.admit(connect("lake", 17, 0), new Proof.OfPassword("lake"))))
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(code(gate.admit(connect("lake", 1, 2049), new Proof.OfPassword("lake"))))
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void a_connection_ends_with_its_client_its_method_or_its_token() {
        var until = NOW.plus(Duration.ofHours(1));
        var identity = new Identity.OfClient("lake", 3, Method.TOKEN, until, Optional.empty());
        assertThat(gate.stay(identity)).isInstanceOf(Decision.Allow.class);

        directory.clients.put(
                "lake", new ClientEntry(3, Optional.empty(), Set.of(Method.PASSWORD), List.of()));
        assertThat(gate.stay(identity).rule()).isEqualTo("method");
        directory.clients.put(
                "lake", new ClientEntry(4, Optional.empty(), Set.of(Method.TOKEN), List.of()));
        assertThat(gate.stay(identity).rule()).isEqualTo("directory");
        directory.clients.clear();
        assertThat(gate.stay(identity).rule()).isEqualTo("directory");
    }

    private boolean publishes(Identity identity, String channel) {
        var request =
                new PublishRequest("o1/acme/truck-1/" + channel, 1, false, Optional.empty(), 0, 0);
        return gate.publish(identity, request) instanceof Decision.Allow;
    }

    private void track(Standing standing, Set<Method> methods) {
        directory.trackers.put(TRUCK, new TrackerEntry(7, standing, Optional.empty(), methods));
    }

    private static Grant grant(Operation operation, String filter) {
        return new Grant(operation, TopicFilter.parse(filter).orElseThrow());
    }

    private static Proof token(String name) {
        return new Proof.OfToken(name, Instant.MAX, Optional.empty());
    }

    private static ConnectRequest connect(String clientId) {
        return connect(clientId, 0, 0);
    }

    private static ConnectRequest connect(String clientId, int properties, int bytes) {
        return new ConnectRequest(
                MqttVersion.V5, clientId, 60, Optional.empty(), properties, bytes);
    }

    private ReasonCode admit(String clientId, Proof proof) {
        return code(gate.admit(connect(clientId), proof));
    }

    private static ReasonCode code(Admission admission) {
        return switch (admission) {
            case Admission.Admitted _ -> ReasonCode.SUCCESS;
            case Admission.Refused(var code, _, _) -> code;
        };
    }
}
