package io.outrider.fleet;

import static io.outrider.fleet.TestRegistry.made;
import static io.outrider.fleet.TestRegistry.newKey;
import static io.outrider.fleet.TestRegistry.refused;
import static io.outrider.fleet.TestRegistry.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.outrider.topic.TrackerId;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandingTest {
    private static final String TRUCK = "acme.truck-7";

    @TempDir Path directory;
    private TestRegistry test;

    @BeforeEach
    void open() throws Exception {
        test = new TestRegistry(directory);
        test.add(TRUCK);
    }

    @AfterEach
    void close() throws Exception {
        test.close();
    }

    @Test
    void who_does_not_exist_has_no_standing() throws Exception {
        refused(test.registry.quarantine("acme.nobody", ""), "there is no tracker acme.nobody");
        refused(test.registry.release("acme.nobody"), "there is no tracker acme.nobody");
        refused(test.registry.revoke("acme.nobody", ""), "there is no tracker acme.nobody");
        refused(test.registry.quarantine("acme", ""), "'acme' cannot name a tracker");
        assertThat(test.heard).isEmpty();
    }

    @Test
    void a_reason_is_one_line_of_at_most_200_characters() throws Exception {
        for (String reason : new String[] {"a\nb", "\u0000", "\u007f", "\u2028", "x".repeat(201)}) {
            refused(test.registry.quarantine(TRUCK, reason), "at most 200 characters on one line");
            refused(test.registry.revoke(TRUCK, reason), "at most 200 characters on one line");
        }
        assertThat(test.tracker(TRUCK).standing()).isEqualTo(Standing.ACTIVE);

        made(test.registry.quarantine(TRUCK, "ä".repeat(200)));
    }

    @Test
    void what_was_revoked_is_revoked_for_good() throws Exception {
        var certificate = test.enrol(TRUCK);
        made(test.registry.setPassword(TRUCK, "$x$"));
        made(test.registry.revoke(TRUCK, "stolen"));
        test.heard.clear();
        assertThat(test.knows(certificate)).isFalse();
        assertThat(test.registry.storedPassword(TRUCK)).isEmpty();
        test.reopen();
        assertThat(test.registry.storedPassword(TRUCK)).as("in the file").isEmpty();

        refused(test.registry.release(TRUCK), "revoked, which is for good");
        refused(test.registry.quarantine(TRUCK, ""), "revoked, which is for good");
        refused(test.registry.setPassword(TRUCK, "$x$"), "revoked, which is for good");
        assertThat(test.tracker(TRUCK).stand().reason()).isEqualTo("stolen");
        assertThat(test.heard).isEmpty();
    }

    @Test
    void after_a_revocation_only_another_number_leads_back() throws Exception {
        long before = test.tracker(TRUCK).enrolment();
        made(test.registry.revoke(TRUCK, "stolen"));

        made(test.registry.remove(TRUCK));
        Tracker again = test.add(TRUCK);

        assertThat(again.standing()).isEqualTo(Standing.ACTIVE);
        assertThat(again.enrolment()).isGreaterThan(before);
        test.enrol(TRUCK);
    }

    @Test
    void a_tracker_that_is_cut_off_does_not_enrol_nor_fetch_its_certificate_again()
            throws Exception {
        var id = new TrackerId("acme", "truck-7");
        var key = newKey();
        made(test.registry.quarantine(TRUCK, ""));
        assertThat(test.registry.enrol(id, sha256(TRUCK), key, _ -> test.certificate(key)))
                .isEqualTo(new Enrolment.Refused("this tracker is quarantined"));
        made(test.registry.release(TRUCK));
        test.enrol(TRUCK, key);
        made(test.registry.revoke(TRUCK, ""));

        assertThat(test.registry.enrol(id, sha256(TRUCK), key, _ -> test.certificate(key)))
                .isEqualTo(new Enrolment.Refused("this tracker is revoked"));
    }

    @Test
    void a_quarantine_keeps_number_key_and_certificate_and_ends_with_a_release() throws Exception {
        var certificate = test.enrol(TRUCK);
        Tracker before = test.tracker(TRUCK);

        made(test.registry.quarantine(TRUCK, "odd jumps"));
        assertThat(test.tracker(TRUCK).standing()).isEqualTo(Standing.QUARANTINED);
        made(test.registry.release(TRUCK));

        Tracker after = test.tracker(TRUCK);
        assertThat(after.standing()).isEqualTo(Standing.ACTIVE);
        assertThat(after.enrolment()).isEqualTo(before.enrolment());
        assertThat(after.state()).isEqualTo(before.state());
        assertThat(test.knows(certificate)).isTrue();
        assertThat(test.registry.revocations()).isEmpty();
    }

    @Test
    void times_and_reasons_are_kept_also_over_a_restart() throws Exception {
        var begin = test.now;
        made(test.registry.quarantine(TRUCK, "odd jumps"));
        test.now = begin.plusSeconds(60);
        made(test.registry.release(TRUCK));
        test.now = begin.plusSeconds(120);
        made(test.registry.revoke(TRUCK, "stolen, see case 7"));
        Tracker before = test.tracker(TRUCK);

        test.reopen();

        assertThat(test.tracker(TRUCK)).isEqualTo(before);
        assertThat(test.registry.standings(before))
                .containsExactly(
                        new Tracker.Stand(
                                Standing.REVOKED, begin.plusSeconds(120), "stolen, see case 7"),
                        new Tracker.Stand(Standing.ACTIVE, begin.plusSeconds(60), ""),
                        new Tracker.Stand(Standing.QUARANTINED, begin, "odd jumps"));
    }

    @Test
    void a_hundred_changes_are_kept_and_no_more() throws Exception {
        for (int i = 0; i < 51; i++) {
            made(test.registry.quarantine(TRUCK, "round " + i));
            made(test.registry.release(TRUCK));
        }

        List<Tracker.Stand> kept = test.registry.standings(test.tracker(TRUCK));
        assertThat(kept).hasSize(100);
        assertThat(kept.getLast().reason()).isEqualTo("round 1");
    }

    @Test
    void a_change_that_was_made_before_changes_nothing_and_is_heard_again() throws Exception {
        made(test.registry.quarantine(TRUCK, "odd jumps"));
        Tracker first = test.tracker(TRUCK);
        test.now = test.now.plusSeconds(1);

        made(test.registry.quarantine(TRUCK, "another reason"));

        assertThat(test.tracker(TRUCK)).isEqualTo(first);
        var quarantined = new RightsChange.Quarantined(first.who(), "odd jumps");
        assertThat(test.heard).containsExactly(quarantined, quarantined);
        assertThat(test.registry.standings(first)).hasSize(1);
    }

    @Test
    void listeners_hear_in_order_of_what_another_process_already_finds_in_the_file()
            throws Exception {
        var found = new ArrayList<String>();
        test.registry.onChange(change -> found.add(newestStandingInTheFile()));

        made(test.registry.quarantine(TRUCK, ""));
        made(test.registry.release(TRUCK));
        made(test.registry.revoke(TRUCK, ""));
        made(test.registry.remove(TRUCK));

        assertThat(found).containsExactly("quarantined", "active", "revoked", "removed");
        var who = new RightsChange.Who(IdentityKind.TRACKER, TRUCK, 1);
        assertThat(test.heard)
                .containsExactly(
                        new RightsChange.Quarantined(who, ""),
                        new RightsChange.Released(who),
                        new RightsChange.Revoked(who, ""),
                        new RightsChange.Removed(who));
    }

    @Test
    void a_listener_that_fails_keeps_nothing_from_the_others() throws Exception {
        var late = new ArrayList<RightsChange>();
        test.registry.onChange(_ -> {
            throw new IllegalStateException("no broker");
        });
        test.registry.onChange(late::add);

        assertThatThrownBy(() -> test.registry.revoke(TRUCK, ""))
                .isInstanceOf(IllegalStateException.class);

        assertThat(test.tracker(TRUCK).standing()).isEqualTo(Standing.REVOKED);
        assertThat(late).hasSize(1);
    }

    @Test
    void a_commit_that_fails_changes_nothing_and_is_heard_by_nobody() throws Exception {
        var certificate = test.enrol(TRUCK);
        made(test.registry.setPassword(TRUCK, "$x$"));
        test.heard.clear();
        execute(
                "CREATE TRIGGER full BEFORE INSERT ON revocation"
                        + " BEGIN SELECT raise(ABORT, 'disk full'); END");

        assertThatThrownBy(() -> test.registry.revoke(TRUCK, "")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> test.registry.remove(TRUCK)).isInstanceOf(SQLException.class);

        assertThat(test.heard).isEmpty();
        assertThat(test.knows(certificate)).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(test.tracker(TRUCK).standing()).isEqualTo(Standing.ACTIVE);
            assertThat(test.registry.storedPassword(TRUCK)).contains("$x$");
            test.reopen();
        }
        execute("DROP TRIGGER full");
        made(test.registry.revoke(TRUCK, ""));
    }

    @Test
    void what_was_revoked_removed_or_replaced_is_listed_until_after_its_certificates_end()
            throws Exception {
        var revoked = test.enrol(TRUCK);
        test.add("acme.truck-8");
        var removed = test.enrol("acme.truck-8");
        long revision = test.registry.revocationRevision();

        made(test.registry.revoke(TRUCK, ""));
        made(test.registry.remove("acme.truck-8"));
        made(test.registry.remove(TRUCK));

        assertThat(test.registry.revocationRevision()).isGreaterThan(revision);
        assertThat(test.knows(revoked)).isFalse();
        assertThat(test.knows(removed)).isFalse();
        test.reopen();
        assertThat(test.registry.revocations())
                .extracting(Revocation::serial, Revocation::reason)
                .containsExactlyInAnyOrder(
                        tuple(revoked.getSerialNumber(), Revocation.Reason.PRIVILEGE_WITHDRAWN),
                        tuple(removed.getSerialNumber(), Revocation.Reason.CESSATION_OF_OPERATION));
        test.now = test.now.plus(Duration.ofDays(92)).minusMillis(1);
        assertThat(test.registry.revocations()).hasSize(2);
        test.now = test.now.plusMillis(1);
        assertThat(test.registry.revocations()).isEmpty();
    }

    private String newestStandingInTheFile() {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + test.file());
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT iif(t.removed_at IS NULL, s.standing, 'removed')"
                                        + " FROM standing s JOIN tracker t USING (enrolment)"
                                        + " ORDER BY s.id DESC LIMIT 1")) {
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + test.file());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
