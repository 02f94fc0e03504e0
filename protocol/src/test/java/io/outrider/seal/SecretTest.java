package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTest {
    @Test
    void a_secret_does_not_print_itself() {
        assertThat(Secret.owning(new byte[] {0x41, 0x42})).hasToString("Secret(2 bytes)");
    }

    @Test
    void a_closed_secret_is_wiped() {
        byte[] bytes = {1, 2, 3};
        try (Secret secret = Secret.owning(bytes)) {
            assertThat(secret.matches(Secret.owning(new byte[] {1, 2, 3}))).isTrue();
        }

        assertThat(bytes).containsOnly(0);
    }

    @Test
    void a_copy_does_not_follow_its_source() {
        byte[] bytes = {1, 2, 3};
        Secret copy = Secret.copyOf(bytes);
        bytes[0] = 9;

        assertThat(copy.matches(Secret.owning(new byte[] {1, 2, 3}))).isTrue();
        assertThat(copy.matches(Secret.owning(new byte[] {9, 2, 3}))).isFalse();
    }
}
