package io.outrider.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Attempts attempts = new Attempts(() -> now);

    @Test
    void the_delay_grows_from_the_third_failure_to_its_limit() throws Exception {
        InetAddress address = address("192.0.2.1");

        assertThat(attempts.failed("acme.a", address)).isEqualTo(Duration.ZERO);
        assertThat(attempts.failed("acme.a", address)).isEqualTo(Duration.ZERO);
        for (long delayMs : new long[] {250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000}) {
            assertThat(attempts.failed("acme.a", address)).isEqualTo(Duration.ofMillis(delayMs));
        }
    }

    @Test
    void a_name_is_counted_from_all_addresses_and_an_address_for_all_names() throws Exception {
        for (int i = 0; i < 3; i++) {
            attempts.failed("acme.a", address("192.0.2." + i));
            attempts.failed("acme.b" + i, address("198.51.100.1"));
        }

        assertThat(attempts.failed("acme.a", address("203.0.113.9"))).isPositive();
        assertThat(attempts.failed("acme.c", address("198.51.100.1"))).isPositive();
        assertThat(attempts.failed("acme.d", address("203.0.113.10"))).isZero();
    }

    @Test
    void all_addresses_of_one_ipv6_network_are_one() throws Exception {
        for (int i = 1; i <= 3; i++) {
            attempts.failed("acme.t" + i, address("2001:db8:1:1::" + i));
        }

        assertThat(attempts.failed("acme.x", address("2001:db8:1:1:ffff::1"))).isPositive();
        assertThat(attempts.failed("acme.y", address("2001:db8:1:2::1"))).isZero();
    }

    @Test
    void time_forgives() throws Exception {
        InetAddress address = address("192.0.2.1");
        for (int i = 0; i < 100; i++) {
            attempts.failed("acme.a", address);
        }
        now = now.plus(Duration.ofMinutes(13));
        assertThat(attempts.failed("acme.a", address)).isPositive();

        now = now.plus(Duration.ofMinutes(20));

        assertThat(attempts.failed("acme.a", address)).isZero();
    }

    @Test
    void memory_is_bounded_and_who_goes_on_guessing_is_not_forgotten() throws Exception {
        InetAddress guesser = address("192.0.2.1");
        for (int i = 0; i < 3 * Attempts.REMEMBERED_MAX; i++) {
            attempts.failed("acme.t" + i, guesser);
        }

        assertThat(attempts.remembered()).isEqualTo(Attempts.REMEMBERED_MAX);
        assertThat(attempts.failed("acme.new", guesser)).isEqualTo(Duration.ofSeconds(8));
    }

    private static InetAddress address(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }
}
