package io.outrider.cli;

import io.outrider.authority.Authority;
import io.outrider.authority.AuthorityConfig;
import io.outrider.fleet.Registry;
import io.outrider.keys.Disk;
import io.outrider.keys.KeyMaterial;
import io.outrider.keys.OperatorException;
import io.outrider.keys.Passphrase;
import io.outrider.keys.PrivateDirectory;
import io.outrider.seal.Secret;
import io.outrider.store.Store;
import io.outrider.store.StoreException;
import io.outrider.store.StoreLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Deque;

/**
 * What a data directory holds, opened but not listening: what a server works with, and what a
 * command needs where no server runs. The caller holds the directory's lock.
 *
 * @param isPassphraseNew whether the passphrase was made just now, in the data directory
 * @param parts what is to be closed, in this order
 */
record Backend(
        KeyMaterial keys,
        Registry registry,
        Authority authority,
        Store store,
        boolean isPassphraseNew,
        Deque<AutoCloseable> parts)
        implements AutoCloseable {

    /** Opens what is there and makes what is not; a first start that was cut off is completed. */
    static Backend open(DataDirectory directory, Config config, InstantSource clock)
            throws OperatorException {
        var random = new SecureRandom();
        try (var opened = new Opened()) {
            var data = PrivateDirectory.openOrCreate(directory.path(), Disk.REAL);
            Path keysPath = directory.path().resolve("keys");
            boolean isNew =
                    !KeyMaterial.exists(keysPath)
                            && !Files.exists(passphraseFile(directory, config));
            KeyMaterial keys;
            try (Secret passphrase =
                    isNew && config.passphraseFile().isEmpty()
                            ? Passphrase.generate(
                                    data,
                                    directory.passphraseFile().getFileName().toString(),
                                    random)
                            : Passphrase.read(passphraseFile(directory, config))) {
                keys = opened.add(KeyMaterial.openOrCreate(keysPath, passphrase, random, clock));
            }
            Registry registry =
                    opened.add(Registry.open(directory.path().resolve("fleet.db"), clock));
            var authority =
                    Authority.openOrCreate(
                            new AuthorityConfig(
                                    config.installation(),
                                    config.names(),
                                    config.trust().issuing()),
                            data,
                            keys,
                            registry,
                            random,
                            clock);
            Store store =
                    opened.add(
                            Store.open(
                                    directory.path().resolve("positions.db"),
                                    keys.dataKeys(),
                                    StoreLimits.DEFAULT,
                                    clock));
            return new Backend(keys, registry, authority, store, isNew, opened.keep());
        } catch (IOException | SQLException | StoreException e) {
            throw new OperatorException(
                    "cannot open " + directory.path() + " (" + e.getMessage() + ")",
                    "Check the disk and the files in it; a backup may have the one that is damaged.",
                    e);
        }
    }

    private static Path passphraseFile(DataDirectory directory, Config config) {
        return config.passphraseFile().orElse(directory.passphraseFile());
    }

    /** What waits for its commit is committed. */
    @Override
    public void close() {
        Opened.close(parts);
    }
}
