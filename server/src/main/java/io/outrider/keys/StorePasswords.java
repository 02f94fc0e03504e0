package io.outrider.keys;

import io.outrider.seal.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/**
 * The passwords of PKCS #12 files: 256 random bits each, wrapped by the vault. So whoever is given
 * one file's password, the broker for its listener say, can open that file and nothing else.
 */
public final class StorePasswords {
    private static final int RANDOM_BYTES = 32;

    private final KeyDatabase database;
    private final KeyVault vault;
    private final SecureRandom random;
    private final InstantSource clock;

    StorePasswords(KeyDatabase database, KeyVault vault, SecureRandom random, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.random = random;
        this.clock = clock;
    }

    /** The file's password in ASCII, to be closed by the caller. Empty where none was made. */
    public Optional<Secret> get(String store) throws KeyUnavailableException {
        return database.exclusively(connection -> get(connection, store));
    }

    /** The file's password, made and durable where there was none. */
    public Secret getOrCreate(String store) throws KeyUnavailableException {
        return database.exclusively(connection -> {
            Optional<Secret> known = get(connection, store);
            return known.isPresent() ? known.get() : create(connection, store);
        });
    }

    private Optional<Secret> get(Connection connection, String store)
            throws SQLException, KeyUnavailableException {
        String sql = "SELECT wrapped FROM store_password WHERE store = ?";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, store);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next()
                        ? Optional.of(vault.unwrap(rows.getBytes(1), purpose(store)))
                        : Optional.empty();
            }
        }
    }

    private Secret create(Connection connection, String store)
            throws SQLException, KeyUnavailableException {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        Secret password = Secret.owning(Base64.getUrlEncoder().withoutPadding().encode(bytes));
        String sql = "INSERT INTO store_password(store, wrapped, created_at) VALUES (?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, store);
            insert.setBytes(2, vault.wrap(password, purpose(store)));
            insert.setLong(3, clock.millis());
            insert.executeUpdate();
        }
        return password;
    }

    private static byte[] purpose(String store) {
        return ("outrider password of " + store).getBytes(StandardCharsets.UTF_8);
    }
}
