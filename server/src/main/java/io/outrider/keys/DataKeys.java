package io.outrider.keys;

import io.outrider.seal.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One AES-256 key for each enrolment, under which the store seals that tracker's positions. A
 * destroyed key is gone, and with it what it sealed; its enrolment never gets another. Every Secret
 * given out is a copy that the caller closes. Safe for use by many threads.
 */
public final class DataKeys {
    private static final int KEY_BYTES = 32;
    private static final byte[] PURPOSE = "outrider data key ".getBytes(StandardCharsets.US_ASCII);

    private final KeyDatabase database;
    private final KeyVault vault;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Cache cache;

    /**
     * @param cachedMax how many unwrapped keys are kept in memory, at least 1
     */
    public DataKeys(
            KeyDatabase database,
            KeyVault vault,
            SecureRandom random,
            InstantSource clock,
            int cachedMax) {
        this.database = database;
        this.vault = vault;
        this.random = random;
        this.clock = clock;
        this.cache = new Cache(cachedMax);
    }

    /**
     * The enrolment's key, made and durable where there was none. Empty where it was destroyed.
     *
     * @param enrolment at least 1
     */
    public Optional<Secret> getOrCreate(long enrolment) throws KeyUnavailableException {
        return database.exclusively(connection -> {
            Optional<Secret> known = get(connection, enrolment);
            return known.isPresent() ? known : create(connection, enrolment);
        });
    }

    /** The enrolment's key. Empty where it was never made or was destroyed. */
    public Optional<Secret> get(long enrolment) throws KeyUnavailableException {
        return database.exclusively(connection -> get(connection, enrolment));
    }

    /**
     * Destroys the enrolment's key for good, whether it was ever made or not, and with it
     * everything that it sealed (NIST SP 800-88, cryptographic erase). Backups of the key database
     * still have it, wrapped.
     */
    public void destroy(long enrolment) throws KeyUnavailableException {
        database.exclusively(connection -> {
            cache.forget(enrolment);
            markDestroyed(connection, enrolment);
            try (Statement statement = connection.createStatement()) {
                // Until the log is folded in and cut off, the wrapped key is still in it.
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            return true;
        });
    }

    private Optional<Secret> get(Connection connection, long enrolment)
            throws SQLException, KeyUnavailableException {
        Optional<Secret> cached = cache.copyOf(enrolment);
        if (cached.isPresent()) {
            return cached;
        }
        String sql = "SELECT wrapped FROM data_key WHERE enrolment = ? AND wrapped IS NOT NULL";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, enrolment);
            try (ResultSet rows = query.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Secret key = vault.unwrap(rows.getBytes(1), purpose(enrolment));
                cache.put(enrolment, key);
                return Optional.of(copy(key));
            }
        }
    }

    private Optional<Secret> create(Connection connection, long enrolment)
            throws SQLException, KeyUnavailableException {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        Secret key = Secret.owning(bytes);
        String sql =
                "INSERT INTO data_key(enrolment, wrapped, created_at) VALUES (?, ?, ?)"
                        + " ON CONFLICT DO NOTHING";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setLong(1, enrolment);
            insert.setBytes(2, vault.wrap(key, purpose(enrolment)));
            insert.setLong(3, clock.millis());
            if (insert.executeUpdate() == 0) {
                key.close();
                return Optional.empty();
            }
        }
        cache.put(enrolment, key);
        return Optional.of(copy(key));
    }

    private void markDestroyed(Connection connection, long enrolment) throws SQLException {
        String sql =
                "INSERT INTO data_key(enrolment, created_at, destroyed_at) VALUES (?1, ?2, ?2)"
                        + " ON CONFLICT(enrolment) DO UPDATE SET wrapped = NULL,"
                        + " destroyed_at = coalesce(destroyed_at, ?2)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, enrolment);
            statement.setLong(2, clock.millis());
            statement.executeUpdate();
        }
    }

    private static byte[] purpose(long enrolment) {
        return ByteBuffer.allocate(PURPOSE.length + Long.BYTES)
                .put(PURPOSE)
                .putLong(enrolment)
                .array();
    }

    private static Secret copy(Secret key) {
        return key.exposeTo(Secret::copyOf);
    }

    /** The keys used last. Guarded by its own monitor; wipes what it drops. */
    private static final class Cache {
        private final Map<Long, Secret> keys = new LinkedHashMap<>(16, 0.75f, true);
        private final int max;

        Cache(int max) {
            this.max = max;
        }

        synchronized Optional<Secret> copyOf(long enrolment) {
            return Optional.ofNullable(keys.get(enrolment)).map(DataKeys::copy);
        }

        synchronized void put(long enrolment, Secret key) {
            keys.put(enrolment, key);
            if (keys.size() > max) {
                var eldest = keys.entrySet().iterator();
                eldest.next().getValue().close();
                eldest.remove();
            }
        }

        synchronized void forget(long enrolment) {
            Secret key = keys.remove(enrolment);
            if (key != null) {
                key.close();
            }
        }
    }
}
