package io.outrider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileVaultTest {
    private static final byte[] PURPOSE = bytes("data key 7");

    private final SecureRandom random = new SecureRandom();

    @TempDir Path parent;
    private Path file;
    private PrivateDirectory directory;

    @BeforeEach
    void makeDirectory() throws Exception {
        directory = PrivateDirectory.openOrCreate(parent.resolve("keys"), Disk.REAL);
        file = directory.resolve("vault");
    }

    @Test
    void a_wrong_passphrase_is_said_to_be_wrong() throws Exception {
        open("the right passphrase");

        assertThatThrownBy(() -> open("the wrong passphrase"))
                .isInstanceOf(OperatorException.class)
                .hasMessage("the passphrase does not open " + file);
    }

    @Test
    void a_damaged_file_is_refused() throws Exception {
        open("the right passphrase");
        String text = Files.readString(file);

        for (String damaged :
                new String[] {
                    "",
                    text + "x",
                    text.substring(0, text.length() - 1),
                    text.replace("outrider-vault 1", "outrider-vault 2"),
                    text.replace(" 600000 ", " 599999 "),
                    text.replace(" 600000 ", " 999999999 "),
                }) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> open("the right passphrase"))
                    .isInstanceOf(OperatorException.class)
                    .hasMessage(file + " is damaged");
        }
    }

    @Test
    void a_file_that_others_can_read_is_refused() throws Exception {
        open("the right passphrase");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> open("the right passphrase"))
                .isInstanceOfSatisfying(
                        OperatorException.class,
                        e -> assertThat(e.hint()).isEqualTo("Run: chmod 600 " + file));
    }

    @Test
    void what_was_wrapped_is_not_unwrapped_changed_or_for_another_purpose() throws Exception {
        KeyVault vault = open("the right passphrase");
        byte[] wrapped = vault.wrap(secret("sixteen secret b"), PURPOSE);

        for (int i = 0; i < wrapped.length; i++) {
            byte[] flipped = wrapped.clone();
            flipped[i] ^= 1;
            assertUnavailable(vault, flipped, PURPOSE);
        }
        for (int length = 0; length < wrapped.length; length++) {
            assertUnavailable(vault, Arrays.copyOf(wrapped, length), PURPOSE);
        }
        assertUnavailable(vault, wrapped, bytes("data key 8"));
    }

    @Test
    void another_vault_of_the_same_passphrase_opens_nothing_of_this_one() throws Exception {
        byte[] wrapped = open("the right passphrase").wrap(secret("s"), PURPOSE);
        Files.delete(file);

        assertUnavailable(open("the right passphrase"), wrapped, PURPOSE);
    }

    @Test
    void secrets_of_no_and_of_too_many_bytes_are_not_taken() throws Exception {
        KeyVault vault = open("the right passphrase");

        assertThatThrownBy(() -> vault.wrap(secret(""), PURPOSE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vault.wrap(secret("s".repeat(4_097)), PURPOSE))
                .isInstanceOf(IllegalArgumentException.class);
        assertUnwraps(vault, vault.wrap(secret("s".repeat(4_096)), PURPOSE), "s".repeat(4_096));
    }

    @Test
    void what_was_wrapped_is_unwrapped_after_a_restart() throws Exception {
        byte[] wrapped = open("the right passphrase").wrap(secret("a secret"), PURPOSE);

        assertUnwraps(open("the right passphrase"), wrapped, "a secret");
        assertThat(Files.readString(file)).doesNotContain("passphrase");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    private FileVault open(String passphrase) throws IOException, OperatorException {
        return FileVault.openOrCreate(directory, "vault", secret(passphrase), random);
    }

    private static void assertUnavailable(KeyVault vault, byte[] wrapped, byte[] purpose) {
        assertThatThrownBy(() -> vault.unwrap(wrapped, purpose))
                .isInstanceOf(KeyUnavailableException.class);
    }

    private static void assertUnwraps(KeyVault vault, byte[] wrapped, String expected)
            throws KeyUnavailableException {
        try (Secret secret = vault.unwrap(wrapped, PURPOSE)) {
            assertThat(secret.matches(secret(expected))).isTrue();
        }
    }

    private static Secret secret(String text) {
        return Secret.owning(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
