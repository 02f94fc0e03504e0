package io.outrider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstStartOfVaultTest {
    private final SecureRandom random = new SecureRandom();

    @TempDir Path parent;

    @Test
    void a_start_that_is_killed_at_any_step_is_completed_by_the_next() throws Exception {
        int steps = 0;
        while (true) {
            Path data = parent.resolve("data-" + steps);
            var disk = new FailingDisk(steps);
            try (Secret passphrase = passphrase(data, disk)) {
                FileVault.openOrCreate(keys(data, disk), "vault", passphrase, random);
                break;
            } catch (IOException e) {
                assertThat(e).hasMessageStartingWith("killed");
            }

            try (Secret passphrase = passphrase(data, Disk.REAL);
                    Secret secret = Secret.owning(new byte[32])) {
                byte[] wrapped = vault(data, passphrase).wrap(secret, new byte[0]);
                try (Secret again = vault(data, passphrase).unwrap(wrapped, new byte[0])) {
                    assertThat(again.matches(secret)).isTrue();
                }
            }
            steps++;
        }
        assertThat(steps).isEqualTo(6);
    }

    @Test
    void a_vault_that_was_lost_is_not_replaced() throws Exception {
        Path keys = parent.resolve("keys");
        try (Secret passphrase = Secret.owning(new byte[32])) {
            KeyMaterial.openOrCreate(keys, passphrase, random, InstantSource.system()).close();
            Files.delete(keys.resolve("vault"));

            assertThatThrownBy(() ->
                            KeyMaterial.openOrCreate(
                                    keys, passphrase, random, InstantSource.system()))
                    .isInstanceOf(OperatorException.class)
                    .hasMessage(keys.resolve("vault") + " is missing");
            assertThat(keys.resolve("vault")).doesNotExist();

            // Nor does another vault open what is there.
            FileVault.openOrCreate(keys(parent, Disk.REAL), "vault", passphrase, random);
            assertThatThrownBy(() ->
                            KeyMaterial.openOrCreate(
                                    keys, passphrase, random, InstantSource.system()))
                    .isInstanceOf(OperatorException.class)
                    .hasMessageContaining("belongs to another vault");
        }
    }

    private FileVault vault(Path data, Secret passphrase) throws Exception {
        return FileVault.openOrCreate(keys(data, Disk.REAL), "vault", passphrase, random);
    }

    private Secret passphrase(Path data, Disk disk) throws Exception {
        var directory = PrivateDirectory.openOrCreate(data, disk);
        return directory.has("passphrase")
                ? Passphrase.read(directory.resolve("passphrase"))
                : Passphrase.generate(directory, "passphrase", random);
    }

    private static PrivateDirectory keys(Path data, Disk disk) throws Exception {
        return PrivateDirectory.openOrCreate(data.resolve("keys"), disk);
    }
}
