package io.outrider.credential;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.credential.Guesses.Answer;
import io.outrider.credential.Guesses.Attempt;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuessesTest {
    private static final String TRUCK = "acme.truck-7";
    private static final InetAddress HOME = address("192.0.2.7");
    private static final InetAddress STRANGER = address("198.51.100.1");

    private final HandClock clock = new HandClock();
    private final Guesses guesses = new Guesses(Guesses.Limits.GENERATED, clock);

    @Test
    void guesses_at_one_name_from_one_prefix_wait_longer_and_longer_up_to_a_limit() {
        for (int i = 0; i < 5; i++) {
            fail(TRUCK, STRANGER);
        }
        var waits = new ArrayList<Long>();
        for (int i = 0; i < 7; i++) {
            fail(TRUCK, STRANGER);
            waits.add(wait(TRUCK, STRANGER).toSeconds());
            clock.advance(wait(TRUCK, STRANGER));
        }

        assertThat(waits).isEqualTo(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L));
    }

    @Test
    void a_wait_ends_when_it_says() {
        for (int i = 0; i < 6; i++) {
            fail(TRUCK, STRANGER);
        }

        clock.advance(Duration.ofMillis(999));
        assertThat(wait(TRUCK, STRANGER)).isEqualTo(Duration.ofMillis(1));
        clock.advance(Duration.ofMillis(1));
        assertThat(guesses.begin(TRUCK, STRANGER)).isInstanceOf(Answer.Go.class);
    }

    @Test
    void another_address_of_the_same_prefix_is_the_same_stranger() {
        for (int i = 0; i < 6; i++) {
            fail(TRUCK, address("198.51.100." + i));
            fail("acme.v6", address("2001:db8:0:" + i + "::1"));
        }

        assertThat(guesses.begin(TRUCK, address("198.51.100.255"))).isInstanceOf(Answer.Wait.class);
        assertThat(guesses.begin(TRUCK, address("198.51.101.0"))).isInstanceOf(Answer.Go.class);
        assertThat(guesses.begin("acme.v6", address("2001:db8:0:ff::9")))
                .isInstanceOf(Answer.Wait.class);
        assertThat(guesses.begin("acme.v6", address("2001:db8:0:100::9")))
                .isInstanceOf(Answer.Go.class);
    }

    @Test
    void guesses_at_many_names_from_one_prefix_wait_too() {
        for (int i = 0; i < 51; i++) {
            fail("acme.truck-" + i, STRANGER);
        }

        assertThat(wait("acme.other", STRANGER)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatever_strangers_do_a_name_is_not_delayed_where_it_is_known() {
        go(TRUCK, HOME).succeeded();

        for (int i = 0; i < 5_000; i++) {
            tryOnce(TRUCK, address("203.0." + i % 200 + "." + i % 7));
            tryOnce("acme.truck-" + i, address("192.0.2.99")); // even from its own prefix
            tryOnce(TRUCK, address("192.0.2.99"));
            clock.advance(Duration.ofMillis(100));
        }

        assertThat(guesses.begin("acme.none", address("192.0.2.99")))
                .isInstanceOf(Answer.Wait.class);
        assertThat(go(TRUCK, HOME).isKnownHere()).isTrue();
    }

    @Test
    void strangers_delay_a_name_at_a_new_place_by_five_seconds_at_most() {
        for (int i = 0; i < 2_000; i++) {
            tryOnce(TRUCK, address("203." + i / 250 + "." + i % 250 + ".1"));
            clock.advance(Duration.ofMillis(500));
        }

        switch (guesses.begin(TRUCK, HOME)) {
            case Answer.Go _ -> {}
            case Answer.Wait(var time) ->
                    assertThat(time).isLessThanOrEqualTo(Duration.ofSeconds(5));
        }
    }

    @Test
    void its_own_failures_where_it_is_known_delay_a_name_by_five_seconds_at_most() {
        go(TRUCK, HOME).succeeded();
        for (int i = 0; i < 20; i++) {
            fail(TRUCK, HOME);
        }
        assertThat(guesses.begin(TRUCK, HOME)).isInstanceOf(Answer.Go.class);

        for (int i = 0; i < 100; i++) {
            tryOnce(TRUCK, HOME);
            clock.advance(Duration.ofSeconds(1));
        }

        clock.advance(Duration.ofSeconds(5));
        go(TRUCK, HOME).succeeded();
        assertThat(guesses.begin(TRUCK, HOME)).isInstanceOf(Answer.Go.class);
    }

    @Test
    void many_attempts_at_once_gain_nothing() {
        var begun = new ArrayList<Attempt>();
        for (int i = 0; i < 1_000; i++) {
            if (guesses.begin(TRUCK, STRANGER) instanceof Answer.Go(var attempt)) {
                begun.add(attempt);
            }
        }

        assertThat(begun).hasSize(6);
    }

    @Test
    void one_right_password_buys_no_guesses_at_other_names() {
        for (int i = 0; i < 50; i++) {
            fail("acme.truck-" + i, STRANGER);
            go("acme.mine", STRANGER).succeeded();
        }

        fail("acme.truck-50", STRANGER);

        assertThat(guesses.begin("acme.truck-51", STRANGER)).isInstanceOf(Answer.Wait.class);
    }

    @Test
    void an_attempt_that_nobody_looked_at_does_not_count() {
        for (int i = 0; i < 100; i++) {
            go(TRUCK, STRANGER).withdrawn();
        }

        assertThat(guesses.begin(TRUCK, STRANGER)).isInstanceOf(Answer.Go.class);
    }

    @Test
    void an_attempt_has_one_end() {
        Attempt attempt = go(TRUCK, STRANGER);
        attempt.failed();

        attempt.succeeded();

        assertThat(go(TRUCK, STRANGER).isKnownHere()).isFalse();
    }

    @Test
    void failures_are_forgiven_after_an_hour() {
        for (int i = 0; i < 6; i++) {
            fail(TRUCK, STRANGER);
        }

        clock.advance(Duration.ofHours(1).plusMillis(1));
        for (int i = 0; i < 5; i++) {
            fail(TRUCK, STRANGER);
        }

        assertThat(guesses.begin(TRUCK, STRANGER)).isInstanceOf(Answer.Go.class);
    }

    @Test
    void memory_is_bounded_and_a_flood_washes_out_no_delayed_key() {
        for (int i = 0; i < 10; i++) {
            tryOnce(TRUCK, STRANGER);
        }
        assertThat(guesses.begin(TRUCK, STRANGER)).isInstanceOf(Answer.Wait.class);

        for (int i = 0; i < 50_000; i++) {
            tryOnce("x" + i + "y".repeat(60_000), address(v6(i)));
        }

        assertThat(guesses.begin(TRUCK, STRANGER)).isInstanceOf(Answer.Wait.class);
        assertThat(guesses.size()).isLessThanOrEqualTo(4 * 2 * FailureTable.HALF_MAX);
    }

    @Test
    void places_are_bounded_each_name_for_itself() {
        go(TRUCK, HOME).succeeded();
        for (int i = 0; i < 100; i++) {
            go("acme.roams", address("203.0." + i + ".1")).succeeded();
        }

        assertThat(go(TRUCK, HOME).isKnownHere()).isTrue();
        assertThat(go("acme.roams", address("203.0.99.2")).isKnownHere()).isTrue();
        assertThat(go("acme.roams", address("203.0.92.2")).isKnownHere()).isTrue();
        assertThat(go("acme.roams", address("203.0.91.2")).isKnownHere()).isFalse();
    }

    private static String v6(int i) {
        return "2001:db8:%x:%x00::1".formatted(i / 256, i % 256);
    }

    private void tryOnce(String name, InetAddress address) {
        if (guesses.begin(name, address) instanceof Answer.Go(var attempt)) {
            attempt.failed();
        }
    }

    private void fail(String name, InetAddress address) {
        go(name, address).failed();
    }

    private Attempt go(String name, InetAddress address) {
        return ((Answer.Go) guesses.begin(name, address)).attempt();
    }

    private Duration wait(String name, InetAddress address) {
        return ((Answer.Wait) guesses.begin(name, address)).time();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
