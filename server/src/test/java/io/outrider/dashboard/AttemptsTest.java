package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.outrider.dashboard.Attempts.Kind;
import io.outrider.dashboard.Attempts.Suspect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private static final List<Suspect> ONE =
            List.of(new Suspect(Kind.ACCOUNT_FROM_ADDRESS, "admin 7f000001"));

    private final TestClock clock = new TestClock(Instant.EPOCH);
    private final Attempts attempts = new Attempts(clock);

    @Test
    void the_wait_doubles_up_to_its_limit() {
        fail(ONE, 5);
        Duration wait = Duration.ofSeconds(1);
        for (int i = 0; i < 10; i++) {
            assertThat(attempts.begin(ONE)).hasValue(wait);
            clock.advance(wait.minusMillis(1));
            assertThat(attempts.begin(ONE)).hasValue(Duration.ofMillis(1));
            clock.advance(Duration.ofMillis(1));
            assertThat(attempts.begin(ONE)).isEmpty();
            wait = wait.multipliedBy(2);
        }

        assertThat(attempts.begin(ONE)).hasValue(Duration.ofMinutes(15));
    }

    @Test
    void who_is_turned_away_does_not_wait_longer_for_it() {
        fail(ONE, 5);
        for (int i = 0; i < 100; i++) {
            attempts.begin(ONE);
        }

        clock.advance(Duration.ofSeconds(1));

        assertThat(attempts.begin(ONE)).isEmpty();
    }

    @Test
    void the_right_password_clears_the_account_but_not_the_address() {
        List<Suspect> address = List.of(new Suspect(Kind.ADDRESS, "7f000001"));
        List<Suspect> both = List.of(ONE.getFirst(), address.getFirst());
        fail(both, 4);
        fail(address, 14);

        assertThat(attempts.begin(both)).isEmpty();
        attempts.succeeded(both);

        fail(ONE, 4);
        assertThat(attempts.begin(address)).isEmpty(); // the 19th
        assertThat(attempts.begin(address)).isEmpty(); // the 20th closes it
        assertThat(attempts.begin(address)).isPresent();
    }

    @Test
    void an_hour_of_peace_is_forgiving() {
        fail(ONE, 5);

        clock.advance(Duration.ofHours(1).plusMillis(1));

        fail(ONE, 4);
    }

    @Test
    void however_many_strangers_come_memory_is_bounded() {
        for (int i = 0; i < Limits.ATTEMPT_KEYS_MAX + 1_000; i++) {
            fail(List.of(new Suspect(Kind.ADDRESS, "address " + i)), 1);
        }

        assertThat(attempts.keyCount()).isEqualTo(Limits.ATTEMPT_KEYS_MAX);
    }

    private void fail(List<Suspect> suspects, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(attempts.begin(suspects)).isEmpty();
        }
    }
}
