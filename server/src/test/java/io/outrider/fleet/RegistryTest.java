package io.outrider.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-7");
    private static final byte[] TOKEN = sha256("the token of truck-7");
    private static final byte[] OTHER_TOKEN = sha256("another token");

    @TempDir Path directory;
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private Registry registry;
    private int certificatesMade;

    @BeforeEach
    void open() throws Exception {
        registry = Registry.open(directory.resolve("fleet.db"), () -> now);
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
    }

    @Test
    void what_cannot_be_a_name_is_refused_and_said() throws Exception {
        for (String name : new String[] {"", "Acme", "a.b", "a/b", "a".repeat(33), "ä", "#"}) {
            assertRefused(registry.createFleet(name), "'" + name + "' cannot name a fleet");
        }
        for (String name : new String[] {"truck-7", "acme.", "acme.Truck", "acme.a.b", "+.+"}) {
            assertRefused(registry.add(name, TOKEN), "'" + name + "' cannot name a tracker");
            assertRefused(registry.remove(name), "'" + name + "' cannot name a tracker");
            assertRefused(registry.show(name), "'" + name + "' cannot name a tracker");
        }
        assertMade(registry.createFleet("a".repeat(32)));
    }

    @Test
    void a_name_that_is_taken_is_refused() throws Exception {
        assertMade(registry.createFleet("acme"));
        assertRefused(registry.createFleet("acme"), "fleet acme exists already");

        assertMade(registry.add("acme.truck-7", TOKEN));
        assertRefused(registry.add("acme.truck-7", TOKEN), "acme.truck-7 exists already");
    }

    @Test
    void a_tracker_of_no_fleet_is_refused_with_the_command_that_helps() throws Exception {
        assertRefused(registry.add("acme.truck-7", TOKEN), "outrider fleet create acme");
        assertRefused(registry.remove("acme.truck-7"), "there is no tracker acme.truck-7");
        assertRefused(registry.show("acme.truck-7"), "there is no tracker acme.truck-7");
    }

    @Test
    void a_token_is_only_good_for_its_tracker_and_its_time() throws Exception {
        addTruck();
        assertMade(registry.add("acme.truck-8", OTHER_TOKEN));

        assertThat(registry.check(TRUCK, TOKEN)).isEqualTo(TokenCheck.RIGHT);
        assertThat(registry.check(TRUCK, OTHER_TOKEN)).isEqualTo(TokenCheck.WRONG);
        assertThat(registry.check(new TrackerId("acme", "nobody"), TOKEN))
                .isEqualTo(TokenCheck.WRONG);
        assertThat(registry.check(new TrackerId("acme", "nobody"), new byte[32]))
                .isEqualTo(TokenCheck.WRONG);
        now = now.plus(Duration.ofDays(7)).minusMillis(1);
        assertThat(registry.check(TRUCK, TOKEN)).isEqualTo(TokenCheck.RIGHT);
        now = now.plusMillis(1);
        assertThat(registry.check(TRUCK, TOKEN)).isEqualTo(TokenCheck.EXPIRED);
        assertThat(registry.check(TRUCK, OTHER_TOKEN)).isEqualTo(TokenCheck.WRONG);
        assertThat(enrol(TRUCK, TOKEN, newKey())).isEqualTo(new Enrolment.Unauthorised());
    }

    @Test
    void a_used_token_gives_the_same_key_its_certificate_again_and_another_key_none()
            throws Exception {
        addTruck();
        PublicKey key = newKey();
        var first = (Enrolment.Enrolled) enrol(TRUCK, TOKEN, key);

        assertThat(enrol(TRUCK, TOKEN, newKey())).isInstanceOf(Enrolment.Refused.class);
        assertThat(enrol(TRUCK, OTHER_TOKEN, key)).isEqualTo(new Enrolment.Unauthorised());
        reopen();
        assertThat(enrol(TRUCK, TOKEN, newKey())).isInstanceOf(Enrolment.Refused.class);
        assertThat(enrol(TRUCK, TOKEN, key)).isEqualTo(first);
        assertThat(certificatesMade).isEqualTo(1);
    }

    @Test
    void a_key_enrols_one_tracker_ever_even_when_that_was_removed() throws Exception {
        addTruck();
        PublicKey key = newKey();
        assertThat(enrol(TRUCK, TOKEN, key)).isInstanceOf(Enrolment.Enrolled.class);
        assertMade(registry.add("acme.truck-8", OTHER_TOKEN));
        var other = new TrackerId("acme", "truck-8");

        assertThat(enrol(other, OTHER_TOKEN, key)).isInstanceOf(Enrolment.Refused.class);
        assertMade(registry.remove("acme.truck-7"));
        assertThat(enrol(other, OTHER_TOKEN, key)).isInstanceOf(Enrolment.Refused.class);
        // A refusal uses nothing up.
        assertThat(enrol(other, OTHER_TOKEN, newKey())).isInstanceOf(Enrolment.Enrolled.class);
    }

    @Test
    void a_failure_while_the_certificate_is_made_or_stored_leaves_the_token_usable()
            throws Exception {
        addTruck();
        PublicKey key = newKey();
        assertThatThrownBy(() -> registry.enrol(TRUCK, TOKEN, key, _ -> failToSign()))
                .hasMessage("the signer failed");
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + directory + "/fleet.db");
                var statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON certificate"
                            + " BEGIN SELECT raise(ABORT, 'disk full'); END");
            assertThatThrownBy(() -> enrol(TRUCK, TOKEN, key))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("disk full");
            statement.execute("DROP TRIGGER full");
        }
        assertThat(state()).isInstanceOf(Tracker.Invited.class);
        reopen();
        assertThat(state()).isInstanceOf(Tracker.Invited.class);

        assertThat(enrol(TRUCK, TOKEN, key)).isInstanceOf(Enrolment.Enrolled.class);
    }

    @Test
    void of_many_who_race_for_one_token_one_key_wins() throws Exception {
        addTruck();
        List<Callable<Enrolment>> racers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            PublicKey key = newKey();
            racers.add(() -> enrol(TRUCK, TOKEN, key));
        }

        int winners = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(racers)) {
                winners += outcome.get() instanceof Enrolment.Enrolled ? 1 : 0;
            }
        }

        assertThat(winners).isEqualTo(1);
        assertThat(certificatesMade).isEqualTo(1);
    }

    @Test
    void a_number_is_never_given_twice() throws Exception {
        addTruck();
        assertThat(tracker().enrolment()).isEqualTo(1);

        assertMade(registry.remove("acme.truck-7"));
        reopen();
        assertMade(registry.add("acme.truck-7", TOKEN));

        assertThat(tracker().enrolment()).isEqualTo(2);
    }

    @Test
    void a_removed_tracker_is_unknown_to_all_and_its_listeners_have_heard() throws Exception {
        addTruck();
        enrol(TRUCK, TOKEN, newKey());
        Tracker before = tracker();
        var heard = new ArrayList<RightsChange>();
        registry.onChange(heard::add);

        assertMade(registry.remove("acme.truck-7"));

        assertThat(heard).containsExactly(new RightsChange.Removed(before.who()));
        assertThat(registry.find(TRUCK)).isEmpty();
        assertThat(registry.check(TRUCK, TOKEN)).isEqualTo(TokenCheck.WRONG);
        assertThat(registry.trackers()).isEmpty();
        assertRefused(registry.remove("acme.truck-7"), "there is no tracker");
        assertThat(heard).hasSize(1);
    }

    @Test
    void everything_is_the_same_after_a_restart() throws Exception {
        addTruck();
        assertMade(registry.createFleet("zeta"));
        assertMade(registry.add("acme.a", OTHER_TOKEN));
        enrol(TRUCK, TOKEN, newKey());
        var trackers = registry.trackers();
        var fleets = registry.fleets();
        String identity = registry.identity();

        reopen();

        assertThat(registry.trackers()).isEqualTo(trackers).hasSize(2);
        assertThat(registry.fleets()).isEqualTo(fleets);
        assertThat(fleets).extracting(Fleet::trackerCount).containsExactly(2, 0);
        assertThat(registry.identity()).isEqualTo(identity).hasSize(32);
        assertThat(state()).isInstanceOf(Tracker.Enrolled.class);
    }

    @Test
    void the_file_has_the_tokens_hash_and_not_the_token() throws Exception {
        addTruck();

        byte[] bytes = Files.readAllBytes(directory.resolve("fleet.db-wal"));
        String file = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(file)
                .contains(new String(TOKEN, StandardCharsets.ISO_8859_1))
                .doesNotContain("the token of truck-7");
    }

    private void addTruck() throws SQLException {
        assertMade(registry.createFleet("acme"));
        assertMade(registry.add("acme.truck-7", TOKEN));
    }

    private void reopen() throws Exception {
        registry.close();
        open();
    }

    private Enrolment enrol(TrackerId id, byte[] token, PublicKey key) throws SQLException {
        return registry.enrol(id, token, key, _ -> makeCertificate(key));
    }

    private X509Certificate makeCertificate(PublicKey key) {
        certificatesMade++;
        return TestCertificates.of(key, certificatesMade, now);
    }

    private static X509Certificate failToSign() {
        throw new IllegalStateException("the signer failed");
    }

    private Tracker tracker() {
        return registry.find(TRUCK).orElseThrow();
    }

    private Tracker.State state() {
        return tracker().state();
    }

    private static PublicKey newKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        return pair.getPublic();
    }

    private static void assertRefused(Change<?> change, String why) {
        assertThat(change)
                .isInstanceOfSatisfying(
                        Change.Refused.class, refused -> assertThat(refused.why()).contains(why));
    }

    private static void assertMade(Change<?> change) {
        assertThat(change).isInstanceOf(Change.Made.class);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
