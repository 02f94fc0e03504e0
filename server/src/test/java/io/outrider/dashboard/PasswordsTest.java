package io.outrider.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final char[] RIGHT = "żółta łódź 🚚 podwodna".toCharArray();

    @Test
    void the_standard_cost_is_that_of_rfc_9106() throws Exception {
        var passwords = new Passwords(Passwords.STANDARD);

        String hash = passwords.hash(RIGHT);

        assertThat(hash).matches("\\$argon2id\\$v=19\\$m=65536,t=3,p=1\\$[^$]{22}\\$[^$]{43}");
        assertThat(passwords.matches(RIGHT, Optional.of(hash))).isTrue();
        assertThat(passwords.matches("żółta łódź".toCharArray(), Optional.of(hash))).isFalse();
    }

    @Test
    void nobody_has_no_password() throws Exception {
        var passwords = new Passwords(new Passwords.Cost(64, 1));

        assertThat(passwords.matches(RIGHT, Optional.empty())).isFalse();
        assertThat(passwords.matches(new char[16], Optional.empty())).isFalse();
    }

    @Test
    void two_hashes_of_one_password_differ() throws Exception {
        var passwords = new Passwords(new Passwords.Cost(64, 1));

        assertThat(passwords.hash(RIGHT)).isNotEqualTo(passwords.hash(RIGHT));
    }

    @Test
    void length_is_counted_in_characters_and_bounded_on_both_sides() {
        assertThat(Passwords.isLongEnough("x".repeat(11).toCharArray())).isFalse();
        assertThat(Passwords.isLongEnough("x".repeat(12).toCharArray())).isTrue();
        assertThat(Passwords.isLongEnough("🚚".repeat(11).toCharArray())).isFalse();
        assertThat(Passwords.isLongEnough("🚚".repeat(128).toCharArray())).isTrue();
        assertThat(Passwords.isLongEnough("x".repeat(129).toCharArray())).isFalse();
    }
}
