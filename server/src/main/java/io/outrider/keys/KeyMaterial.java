package io.outrider.keys;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;

/**
 * Everything that the directory {@code keys} holds beside certificates: the vault's file and, under
 * it, the database of wrapped keys. Made at the first start; a start that is cut off anywhere is
 * completed by the next.
 */
public final class KeyMaterial implements AutoCloseable {
    private static final String VAULT = "vault";
    private static final String DATABASE = "keys.db";

    /** 32 bytes each, beside what they cost to keep in a map: a few megabytes. */
    private static final int DATA_KEYS_CACHED_MAX = 16_384;

    private final PrivateDirectory directory;
    private final KeyDatabase database;
    private final StorePasswords passwords;
    private final DataKeys dataKeys;
    private final SealingKeys sealingKeys;
    private final CommandKey commandKey;
    private final PrivateKeys privateKeys;
    private final InstallationSecrets secrets;
    private final SecureRandom random;

    private KeyMaterial(
            PrivateDirectory directory,
            KeyDatabase database,
            KeyVault vault,
            SecureRandom random,
            InstantSource clock)
            throws KeyUnavailableException {
        this.random = random;
        this.privateKeys = new PrivateKeys(database, vault, clock);
        this.secrets = new InstallationSecrets(database, vault, random, clock);
        this.directory = directory;
        this.database = database;
        this.passwords = new StorePasswords(database, vault, random, clock);
        this.dataKeys = new DataKeys(database, vault, random, clock, DATA_KEYS_CACHED_MAX);
        this.sealingKeys = SealingKeys.openOrCreate(privateKeys, random);
        this.commandKey = CommandKey.openOrCreate(privateKeys, random);
    }

    /**
     * Opens the keys under a vault in a file.
     *
     * @param path the directory {@code keys}, made where there is none
     * @throws OperatorException where the passphrase is wrong, or a file missing, damaged or open
     *     to others
     */
    public static KeyMaterial openOrCreate(
            Path path, Secret passphrase, SecureRandom random, InstantSource clock)
            throws IOException, OperatorException {
        var directory = PrivateDirectory.openOrCreate(path, Disk.REAL);
        requireVaultOf(directory);
        var vault = FileVault.openOrCreate(directory, VAULT, passphrase, random);
        return openOrCreate(directory, vault, random, clock);
    }

    /** Opens the keys under whatever vault. */
    public static KeyMaterial openOrCreate(
            PrivateDirectory directory, KeyVault vault, SecureRandom random, InstantSource clock)
            throws IOException, OperatorException {
        Path file = directory.resolve(DATABASE);
        directory.requirePrivate(DATABASE);
        KeyDatabase database = KeyDatabase.openOrCreate(file);
        try {
            return new KeyMaterial(directory, database, vault, random, clock);
        } catch (KeyUnavailableException e) {
            close(database, e);
            throw new OperatorException(
                    "the keys in %s cannot be had: %s".formatted(file, e.getMessage()),
                    "Restore the whole directory %s from one backup.".formatted(directory.path()),
                    e);
        }
    }

    /** A new vault beside old keys would only make sure that nobody finds out what went wrong. */
    private static void requireVaultOf(PrivateDirectory directory) throws OperatorException {
        if (directory.has(DATABASE) && !directory.has(VAULT)) {
            throw new OperatorException(
                    directory.resolve(VAULT) + " is missing", "Restore it from your backup.");
        }
    }

    /** Whether there are keys already: then a passphrase exists, too, and none is to be made. */
    public static boolean exists(Path path) {
        return Files.exists(path.resolve(VAULT));
    }

    /** Where key stores belong. */
    public PrivateDirectory directory() {
        return directory;
    }

    /** What is to be remembered with the keys and is no secret. */
    public KeyDatabase facts() {
        return database;
    }

    public StorePasswords passwords() {
        return passwords;
    }

    public DataKeys dataKeys() {
        return dataKeys;
    }

    public SealingKeys sealingKeys() {
        return sealingKeys;
    }

    public CommandKey commandKey() {
        return commandKey;
    }

    /** What signs the tokens of our own issuer; made at first use. */
    public synchronized TokenSigningKey tokenSigningKey() throws KeyUnavailableException {
        return TokenSigningKey.openOrCreate(privateKeys, random);
    }

    /**
     * 32 bytes that never change, to be closed by the caller; made at first use. Who logs in by
     * SCRAM under a name that does not exist is shown a salt that is made of them, each time the
     * same, so that nobody can tell such a name (RFC 5802, section 9).
     */
    public Secret decoySaltSecret() throws KeyUnavailableException {
        return secrets.getOrCreate("decoy salts");
    }

    private static void close(KeyDatabase database, KeyUnavailableException cause) {
        try {
            database.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
