package io.outrider.authority;

import io.outrider.fleet.Change;
import io.outrider.fleet.Registry;
import io.outrider.keys.Disk;
import io.outrider.keys.FileVault;
import io.outrider.keys.KeyMaterial;
import io.outrider.keys.KeyVault;
import io.outrider.keys.OperatorException;
import io.outrider.keys.PrivateDirectory;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.Refusal;
import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** A data directory with a real authority in it, under a clock that is turned by hand. */
final class Installation implements AutoCloseable {
    static final String NAME = "outrider.internal";
    static final List<String> NAMES = List.of("localhost", "127.0.0.1", "::1");
    static final SecureRandom RANDOM = new SecureRandom();

    /** One for all tests: what makes a vault slow to open is not what they are about. */
    private static final KeyVault VAULT = makeVault();

    private final Path data;
    Instant now = Instant.now();
    KeyMaterial keys;
    Registry registry;
    Authority authority;

    Installation(Path data) throws IOException, OperatorException, SQLException {
        this(data, new AuthorityConfig(NAME, NAMES), Disk.REAL, VAULT);
    }

    Installation(Path data, AuthorityConfig config, Disk disk, KeyVault vault)
            throws IOException, OperatorException, SQLException {
        this.data = data;
        var directory = PrivateDirectory.openOrCreate(data, disk);
        var keyDirectory = PrivateDirectory.openOrCreate(data.resolve("keys"), disk);
        this.keys = KeyMaterial.openOrCreate(keyDirectory, vault, RANDOM, () -> now);
        try {
            this.registry = Registry.open(data.resolve("fleet.db"), () -> now);
            this.authority =
                    Authority.openOrCreate(config, directory, keys, registry, RANDOM, () -> now);
        } catch (IOException | OperatorException | SQLException e) {
            close();
            throw e;
        }
    }

    Path data() {
        return data;
    }

    Path keyFile(String name) {
        return data.resolve("keys").resolve(name);
    }

    static KeyVault vault() {
        return VAULT;
    }

    EnrolmentToken invite(String name) throws SQLException, Refusal {
        String fleet = name.substring(0, name.indexOf('.'));
        registry.createFleet(fleet);
        if (authority.invite(name, 8444, 8883)
                instanceof Change.Made<Invitation>(Invitation made)) {
            return EnrolmentToken.parse(made.token());
        }
        throw new IllegalStateException(name + " was not added");
    }

    private static KeyVault makeVault() {
        try {
            Path directory = Files.createTempDirectory("outrider-test-vault");
            var vaultDirectory = PrivateDirectory.openOrCreate(directory, Disk.REAL);
            Secret passphrase = Secret.owning("a passphrase".getBytes(StandardCharsets.UTF_8));
            var vault = FileVault.openOrCreate(vaultDirectory, "vault", passphrase, RANDOM);
            Files.delete(vaultDirectory.resolve("vault"));
            Files.delete(directory);
            return vault;
        } catch (IOException | OperatorException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        keys.close();
        if (registry != null) {
            registry.close();
        }
    }
}
