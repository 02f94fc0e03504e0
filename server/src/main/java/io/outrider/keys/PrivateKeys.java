package io.outrider.keys;

import io.outrider.seal.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The table of private keys, each wrapped for its purpose and its public key. */
final class PrivateKeys {
    private final KeyDatabase database;
    private final KeyVault vault;
    private final InstantSource clock;

    PrivateKeys(KeyDatabase database, KeyVault vault, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.clock = clock;
    }

    /** What somebody makes of a stored pair. */
    interface Reader<T> {
        T read(byte[] publicKey, Secret pkcs8) throws KeyUnavailableException;
    }

    /** All keys of this purpose, the oldest first. */
    <T> List<T> all(String purpose, Reader<T> reader) throws KeyUnavailableException {
        return database.exclusively(connection -> {
            String sql =
                    "SELECT public_key, wrapped FROM private_key WHERE purpose = ?"
                            + " ORDER BY created_at, public_key";
            var keys = new ArrayList<T>();
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, purpose);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        keys.add(read(purpose, rows, reader));
                    }
                }
            }
            return keys;
        });
    }

    private <T> T read(String purpose, ResultSet row, Reader<T> reader)
            throws SQLException, KeyUnavailableException {
        byte[] publicKey = row.getBytes(1);
        byte[] wrapped = row.getBytes(2);
        try (Secret pkcs8 = vault.unwrap(wrapped, associatedData(purpose, publicKey))) {
            return reader.read(publicKey, pkcs8);
        }
    }

    void add(String purpose, byte[] publicKey, Secret pkcs8) throws KeyUnavailableException {
        byte[] wrapped = vault.wrap(pkcs8, associatedData(purpose, publicKey));
        database.exclusively(connection -> {
            String sql =
                    "INSERT INTO private_key(purpose, public_key, wrapped, created_at)"
                            + " VALUES (?, ?, ?, ?)";
            try (PreparedStatement insert = connection.prepareStatement(sql)) {
                insert.setString(1, purpose);
                insert.setBytes(2, publicKey);
                insert.setBytes(3, wrapped);
                insert.setLong(4, clock.millis());
                return insert.executeUpdate();
            }
        });
    }

    private static byte[] associatedData(String purpose, byte[] publicKey) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("outrider private key " + purpose).getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
        bytes.writeBytes(publicKey);
        return bytes.toByteArray();
    }
}
