package io.outrider.fleet;

import static io.outrider.fleet.TestRegistry.CERTIFICATE;
import static io.outrider.fleet.TestRegistry.grant;
import static io.outrider.fleet.TestRegistry.made;
import static io.outrider.fleet.TestRegistry.newKey;
import static io.outrider.fleet.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientsTest {
    private static final Grant READS = grant(Operation.SUBSCRIBE, "o1/acme/+/report");
    private static final Grant WRITES = grant(Operation.PUBLISH, "tools/#");

    @TempDir Path directory;
    private TestRegistry test;

    @BeforeEach
    void open() throws Exception {
        test = new TestRegistry(directory);
    }

    @AfterEach
    void close() throws Exception {
        test.close();
    }

    @Test
    void what_cannot_be_a_name_is_refused_and_said() throws Exception {
        for (String name : new String[] {"", "Lake", "a.b", "a/b", "x".repeat(33), "+", "ä"}) {
            refused(
                    test.registry.addClient(name, List.of(), CERTIFICATE),
                    "'" + name + "' cannot name a client");
            refused(test.registry.removeClient(name), "'" + name + "' cannot name a client");
        }
        made(test.registry.addClient("x".repeat(32), List.of(), CERTIFICATE));
    }

    @Test
    void a_client_and_a_fleet_never_share_a_name() throws Exception {
        made(test.registry.createFleet("acme"));
        refused(
                test.registry.addClient("acme", List.of(), CERTIFICATE),
                "there is a fleet acme; a client cannot have its name");

        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        refused(
                test.registry.createFleet("lake"),
                "there is a client lake; a fleet cannot have its name");
        test.reopen();
        refused(test.registry.createFleet("lake"), "there is a client lake");
        made(test.registry.removeClient("lake"));
        made(test.registry.createFleet("lake"));
    }

    @Test
    void a_client_that_is_not_there_cannot_be_changed() throws Exception {
        refused(test.registry.changeGrants("lake", List.of()), "there is no client lake");
        refused(test.registry.removeClient("lake"), "there is no client lake");
        refused(test.registry.setPassword("lake", "$x$"), "there is no client lake");
        refused(test.registry.certify("lake", newKey(), _ -> noCertificate()), "no client lake");
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        refused(
                test.registry.addClient("lake", List.of(), CERTIFICATE),
                "client lake exists already");
    }

    @Test
    void a_hundred_grants_fit_and_a_filter_of_1024_characters() throws Exception {
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            grants.add(grant(Operation.PUBLISH, "tools/" + i));
        }
        made(test.registry.addClient("lake", grants, CERTIFICATE));
        grants.add(grant(Operation.PUBLISH, "tools/100"));
        refused(test.registry.addClient("sea", grants, CERTIFICATE), "101 grants");
        refused(test.registry.changeGrants("lake", grants), "101 grants for one client, 100 fit");

        made(test.registry.changeGrants("lake", List.of(longFilter(1_024))));
        refused(
                test.registry.changeGrants("lake", List.of(longFilter(1_025))),
                "longer than 1024 characters");
        // Twice the same is once.
        made(test.registry.changeGrants("lake", List.of(READS, READS)));
        assertThat(test.registry.client("lake").orElseThrow().grants()).containsExactly(READS);
    }

    @Test
    void a_number_is_never_given_twice() throws Exception {
        Client first = made(test.registry.addClient("lake", List.of(READS), CERTIFICATE));
        made(test.registry.setPassword("lake", "$first$"));
        made(test.registry.removeClient("lake"));
        test.reopen();
        Client second = made(test.registry.addClient("lake", List.of(), CERTIFICATE));

        assertThat(first.number()).isEqualTo(1);
        assertThat(second.number()).isEqualTo(2);
        test.reopen();
        assertThat(test.registry.client("lake").orElseThrow().grants()).isEmpty();
        assertThat(test.registry.storedPassword("lake")).isEmpty();
    }

    @Test
    void everything_is_the_same_after_a_restart() throws Exception {
        made(
                test.registry.addClient(
                        "lake", List.of(READS, WRITES), Set.of(Method.TOKEN, Method.PASSWORD)));
        made(test.registry.addClient("desk", List.of(), CERTIFICATE));
        PublicKey key = newKey();
        made(test.registry.certify("lake", key, _ -> test.certificate(key)));
        List<Client> before = test.registry.clients();

        test.reopen();

        assertThat(test.registry.clients()).isEqualTo(before);
        assertThat(before).extracting(Client::name).containsExactly("desk", "lake");
        assertThat(before.getLast().grants()).containsExactly(READS, WRITES);
    }

    @Test
    void each_change_is_heard_with_kind_name_and_number() throws Exception {
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        made(test.registry.changeGrants("lake", List.of(READS)));
        made(test.registry.setPassword("lake", "$one$"));
        made(test.registry.removePassword("lake"));
        made(test.registry.removeClient("lake"));

        var who = new RightsChange.Who(IdentityKind.CLIENT, "lake", 1);
        assertThat(test.heard)
                .containsExactly(
                        new RightsChange.GrantsChanged(who),
                        new RightsChange.PasswordChanged(who),
                        new RightsChange.PasswordChanged(who),
                        new RightsChange.Removed(who));
    }

    @Test
    void a_key_belongs_to_one_client_or_tracker_ever() throws Exception {
        PublicKey trackers = newKey();
        PublicKey lakes = newKey();
        test.add("acme.one");
        test.enrol("acme.one", trackers);
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        made(test.registry.addClient("desk", List.of(), CERTIFICATE));
        made(test.registry.certify("lake", lakes, _ -> test.certificate(lakes)));

        refused(test.registry.certify("desk", trackers, _ -> noCertificate()), "was used before");
        refused(test.registry.certify("desk", lakes, _ -> noCertificate()), "was used before");
        made(test.registry.removeClient("lake"));
        test.reopen();
        refused(test.registry.certify("desk", lakes, _ -> noCertificate()), "was used before");
        test.add("acme.two");
        assertThat(
                        test.registry.enrol(
                                new TrackerId("acme", "two"),
                                TestRegistry.sha256("acme.two"),
                                lakes,
                                _ -> noCertificate()))
                .isInstanceOf(Enrolment.Refused.class);
    }

    @Test
    void another_key_revokes_the_certificates_before_and_the_same_key_does_not() throws Exception {
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        PublicKey key = newKey();
        X509Certificate first =
                made(test.registry.certify("lake", key, _ -> test.certificate(key)));
        test.now = test.now.plusSeconds(1);
        X509Certificate renewed =
                made(test.registry.certify("lake", key, _ -> test.certificate(key)));
        assertThat(test.knows(first)).isTrue();
        assertThat(test.knows(renewed)).isTrue();
        assertThat(test.heard).isEmpty();

        PublicKey next = newKey();
        X509Certificate replaced =
                made(test.registry.certify("lake", next, _ -> test.certificate(next)));

        for (int i = 0; i < 2; i++) {
            assertThat(test.knows(first)).isFalse();
            assertThat(test.knows(renewed)).isFalse();
            assertThat(test.knows(replaced)).isTrue();
            assertThat(test.registry.revocations())
                    .extracting(Revocation::serial)
                    .containsExactlyInAnyOrder(first.getSerialNumber(), renewed.getSerialNumber());
            test.reopen();
        }
        var who = test.registry.client("lake").orElseThrow().who();
        assertThat(test.heard).containsExactly(new RightsChange.KeyChanged(who));
        refused(test.registry.certify("lake", key, _ -> noCertificate()), "was used before");
    }

    @Test
    void of_one_identity_the_newest_certificates_are_known_by_heart() throws Exception {
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        PublicKey key = newKey();
        List<X509Certificate> issued = new ArrayList<>();
        for (int i = 0; i < IssuedCertificates.EACH_MAX + 1; i++) {
            issued.add(made(test.registry.certify("lake", key, _ -> test.certificate(key))));
        }

        assertThat(test.knows(issued.getFirst())).isFalse();
        for (X509Certificate certificate : issued.subList(1, issued.size())) {
            assertThat(test.knows(certificate)).isTrue();
        }
    }

    @Test
    void a_password_is_set_replaced_and_taken_away() throws Exception {
        test.add("acme.one");
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        for (String name : new String[] {"acme.one", "lake"}) {
            for (String bad : new String[] {"", " a", "a ", "ä", "a\n", "x".repeat(1_025)}) {
                assertThatThrownBy(() -> test.registry.setPassword(name, bad))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            refused(test.registry.removePassword(name), name + " has no password");
            made(test.registry.setPassword(name, "$old$" + name));
            made(test.registry.setPassword(name, "x".repeat(1_024)));
            test.reopen();
            assertThat(test.registry.storedPassword(name)).contains("x".repeat(1_024));
            made(test.registry.removePassword(name));
            assertThat(test.registry.storedPassword(name)).isEmpty();
        }
        assertThat(test.registry.storedPassword("nobody")).isEmpty();
        assertThat(test.registry.storedPassword("acme.nobody")).isEmpty();
    }

    @Test
    void nothing_of_a_replaced_password_lingers_in_the_file() throws Exception {
        made(test.registry.addClient("lake", List.of(), CERTIFICATE));
        made(test.registry.setPassword("lake", "the-old-password"));
        made(test.registry.setPassword("lake", "the-new-password"));
        test.registry.close();

        String file = Files.readString(test.file(), StandardCharsets.ISO_8859_1);
        assertThat(file).contains("the-new-password").doesNotContain("the-old-password");
        test.reopen();
    }

    @Test
    void what_the_gate_asks_is_answered_without_the_file() throws Exception {
        test.add("acme.one");
        X509Certificate certificate = test.enrol("acme.one");
        made(test.registry.setPassword("acme.one", "$x$"));
        made(test.registry.addClient("lake", List.of(READS), CERTIFICATE));

        test.registry.close();

        assertThat(test.registry.find(new TrackerId("acme", "one"))).isPresent();
        assertThat(test.registry.client("lake")).isPresent();
        assertThat(test.registry.storedPassword("acme.one")).contains("$x$");
        assertThat(test.registry.methodsOf("acme.one")).isPresent();
        assertThat(test.knows(certificate)).isTrue();
        test.reopen();
    }

    private static Grant longFilter(int characters) {
        return grant(Operation.SUBSCRIBE, "x".repeat(characters));
    }

    private static X509Certificate noCertificate() {
        throw new AssertionError("a certificate was made");
    }
}
