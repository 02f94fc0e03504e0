package io.outrider.keys;

import io.outrider.seal.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;

/** Random secrets of an installation, 32 bytes for each purpose, wrapped by the vault. */
final class InstallationSecrets {
    private static final int RANDOM_BYTES = 32;

    private final KeyDatabase database;
    private final KeyVault vault;
    private final SecureRandom random;
    private final InstantSource clock;

    InstallationSecrets(
            KeyDatabase database, KeyVault vault, SecureRandom random, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.random = random;
        this.clock = clock;
    }

    /** The secret for this purpose, to be closed by the caller; made and durable at first use. */
    Secret getOrCreate(String purpose) throws KeyUnavailableException {
        return database.exclusively(connection -> {
            String sql = "SELECT wrapped FROM installation_secret WHERE purpose = ?";
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, purpose);
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next()
                            ? vault.unwrap(rows.getBytes(1), associatedData(purpose))
                            : create(connection, purpose);
                }
            }
        });
    }

    private Secret create(Connection connection, String purpose)
            throws SQLException, KeyUnavailableException {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        Secret secret = Secret.owning(bytes);
        String sql =
                "INSERT INTO installation_secret(purpose, wrapped, created_at) VALUES (?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, purpose);
            insert.setBytes(2, vault.wrap(secret, associatedData(purpose)));
            insert.setLong(3, clock.millis());
            insert.executeUpdate();
        }
        return secret;
    }

    private static byte[] associatedData(String purpose) {
        return ("outrider installation secret " + purpose).getBytes(StandardCharsets.UTF_8);
    }
}
