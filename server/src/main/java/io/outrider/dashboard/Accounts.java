package io.outrider.dashboard;

import io.outrider.sqlite.DatabaseFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may see the map: accounts, the one-time link that makes the first of them, sessions, and the
 * browsers that an account has signed in from. Of every token the file has the hash only. Safe for
 * use by many threads; its monitor guards the one connection.
 */
public final class Accounts implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[a-z0-9._@-]{1,64}");
    private static final List<String> MIGRATIONS =
            List.of(
                    """
                    CREATE TABLE account(
                      id INTEGER PRIMARY KEY AUTOINCREMENT,
                      name TEXT NOT NULL UNIQUE,
                      password TEXT NOT NULL,
                      created_at INTEGER NOT NULL);
                    CREATE TABLE set_up_link(
                      token_hash BLOB PRIMARY KEY,
                      expires_at INTEGER NOT NULL) WITHOUT ROWID;
                    CREATE TABLE session(
                      token_hash BLOB PRIMARY KEY,
                      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
                      created_at INTEGER NOT NULL,
                      used_at INTEGER NOT NULL) WITHOUT ROWID;
                    CREATE TABLE device(
                      token_hash BLOB PRIMARY KEY,
                      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
                      created_at INTEGER NOT NULL) WITHOUT ROWID;
                    """,
                    """
                    CREATE TABLE metrics_token(
                      token_hash BLOB PRIMARY KEY,
                      created_at INTEGER NOT NULL) WITHOUT ROWID;
                    """);

    private final Connection connection;
    private final InstantSource clock;
    private final SecureRandom random;

    /** Somebody who can sign in. */
    record Account(long id, String name, String passwordHash) {}

    /**
     * Opens the file, or makes it.
     *
     * @param file created with mode 0600 when absent
     */
    public static Accounts open(Path file, InstantSource clock, SecureRandom random)
            throws IOException, SQLException {
        return new Accounts(new DatabaseFile(file, MIGRATIONS).openForWriting(), clock, random);
    }

    private Accounts(Connection connection, InstantSource clock, SecureRandom random) {
        this.connection = connection;
        this.clock = clock;
        this.random = random;
    }

    /** Whether nobody has an account yet. */
    public synchronized boolean isEmpty() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1 FROM account LIMIT 1")) {
            return !rows.next();
        }
    }

    /**
     * A token for one use within a day: whoever opens {@code /setup#TOKEN} chooses a user name and
     * a password. It is printed where only the operator reads. Any earlier one becomes void. For an
     * account that exists already it sets a new password and ends its sessions.
     */
    public synchronized String newSetUpToken() throws SQLException {
        Token token = Token.random(random);
        Instant expiresAt = clock.instant().plus(Limits.SET_UP_LINK_LIFE);
        atomically(() -> {
            update("DELETE FROM set_up_link");
            update(
                    "INSERT INTO set_up_link(token_hash, expires_at) VALUES (?, ?)",
                    token.hash(),
                    expiresAt.toEpochMilli());
        });
        return token.expose();
    }

    synchronized boolean isSetUpTokenValid(String token) throws SQLException {
        return Token.isWritten(token)
                && queryLong(
                                "SELECT 1 FROM set_up_link WHERE token_hash = ? AND expires_at > ?",
                                Token.hash(token),
                                clock.millis())
                        .isPresent();
    }

    /**
     * Spends the token. Where two try at once, one of them finds it spent.
     *
     * @return empty where the token is unknown, expired or spent
     */
    synchronized Optional<Account> setUp(String token, String name, String passwordHash)
            throws SQLException {
        if (!isSetUpTokenValid(token)) {
            return Optional.empty();
        }
        atomically(() -> {
            update("DELETE FROM set_up_link");
            update(
                    """
                    INSERT INTO account(name, password, created_at) VALUES (?, ?, ?)
                    ON CONFLICT(name) DO UPDATE SET password = excluded.password
                    """,
                    name,
                    passwordHash,
                    clock.millis());
            endAllOf(name);
        });
        return byName(name);
    }

    /** The form in which a user name is kept; empty where it cannot be one. */
    static Optional<String> name(String typed) {
        String name = typed.strip().toLowerCase(Locale.ROOT);
        return NAME.matcher(name).matches() ? Optional.of(name) : Optional.empty();
    }

    synchronized Optional<Account> byName(String name) throws SQLException {
        try (PreparedStatement statement =
                        prepare("SELECT id, name, password FROM account WHERE name = ?", name);
                ResultSet rows = statement.executeQuery()) {
            return rows.next()
                    ? Optional.of(
                            new Account(rows.getLong(1), rows.getString(2), rows.getString(3)))
                    : Optional.empty();
        }
    }

    /** Begins a session. Where the account has too many, the one longest unused ends. */
    synchronized Token newSession(Account account) throws SQLException {
        Token token = Token.random(random);
        long now = clock.millis();
        atomically(() -> {
            update(
                    "DELETE FROM session WHERE created_at <= ? OR used_at <= ?",
                    now - Limits.SESSION_LIFE.toMillis(),
                    now - Limits.SESSION_IDLE_MAX.toMillis());
            update(
                    """
                    DELETE FROM session WHERE token_hash IN (
                      SELECT token_hash FROM session WHERE account = ?
                      ORDER BY used_at DESC LIMIT -1 OFFSET ?)
                    """,
                    account.id(),
                    Limits.SESSIONS_OF_ACCOUNT_MAX - 1L);
            update("INSERT INTO session VALUES (?, ?, ?, ?)", token.hash(), account.id(), now, now);
        });
        return token;
    }

    /**
     * Who shows this token, where it is the one of a session that goes on.
     *
     * @param used whether this counts as use, which puts the idle end off
     */
    synchronized Optional<Session> session(String token, boolean used) throws SQLException {
        if (!Token.isWritten(token)) {
            return Optional.empty();
        }
        byte[] hash = Token.hash(token);
        long now = clock.millis();
        Session session;
        try (PreparedStatement statement =
                        prepare(
                                """
                                SELECT account, name, used_at FROM session
                                JOIN account ON account.id = session.account
                                WHERE token_hash = ? AND session.created_at > ? AND used_at > ?
                                """,
                                hash,
                                now - Limits.SESSION_LIFE.toMillis(),
                                now - Limits.SESSION_IDLE_MAX.toMillis());
                ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            session = new Session(token, rows.getLong(1), rows.getString(2));
            used = used && rows.getLong(3) <= now - Limits.SESSION_USE_WRITTEN_EVERY.toMillis();
        }
        if (used) {
            update("UPDATE session SET used_at = ? WHERE token_hash = ?", now, hash);
        }
        return Optional.of(session);
    }

    synchronized void endSession(Session session) throws SQLException {
        update("DELETE FROM session WHERE token_hash = ?", Token.hash(session.token()));
    }

    /** Remembers a browser that this account has signed in from. */
    synchronized Token newDevice(Account account) throws SQLException {
        Token token = Token.random(random);
        atomically(() -> {
            update(
                    """
                    DELETE FROM device WHERE token_hash IN (
                      SELECT token_hash FROM device WHERE account = ?
                      ORDER BY created_at DESC LIMIT -1 OFFSET ?)
                    """,
                    account.id(),
                    Limits.DEVICES_OF_ACCOUNT_MAX - 1L);
            update(
                    "INSERT INTO device VALUES (?, ?, ?)",
                    token.hash(),
                    account.id(),
                    clock.millis());
        });
        return token;
    }

    synchronized boolean isDeviceOf(String token, String name) throws SQLException {
        return Token.isWritten(token)
                && queryLong(
                                """
                                SELECT 1 FROM device JOIN account ON account.id = device.account
                                WHERE token_hash = ? AND name = ? AND device.created_at > ?
                                """,
                                Token.hash(token),
                                name,
                                clock.millis() - Limits.DEVICE_LIFE.toMillis())
                        .isPresent();
    }

    /**
     * A token that opens {@code /metrics} and nothing else, for as long as no other is made. It is
     * shown once; the file has its hash.
     */
    public synchronized String newMetricsToken() throws SQLException {
        Token token = Token.random(random);
        atomically(() -> {
            update("DELETE FROM metrics_token");
            update("INSERT INTO metrics_token VALUES (?, ?)", token.hash(), clock.millis());
        });
        return token.expose();
    }

    /** From now on no token opens {@code /metrics}. */
    public synchronized void removeMetricsToken() throws SQLException {
        update("DELETE FROM metrics_token");
    }

    /** As slow for a token that is nearly right as for any other of its length. */
    synchronized boolean isMetricsToken(String sent) throws SQLException {
        byte[] hash = Token.hash(sent);
        try (PreparedStatement statement = prepare("SELECT token_hash FROM metrics_token");
                ResultSet rows = statement.executeQuery()) {
            return rows.next()
                    && MessageDigest.isEqual(rows.getBytes(1), hash)
                    && Token.isWritten(sent);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        connection.close();
    }

    private void endAllOf(String name) throws SQLException {
        for (String table : List.of("session", "device")) {
            update(
                    "DELETE FROM "
                            + table
                            + " WHERE account = (SELECT id FROM account WHERE name = ?)",
                    name);
        }
    }

    private interface Change {
        void run() throws SQLException;
    }

    private void atomically(Change change) throws SQLException {
        connection.setAutoCommit(false);
        try {
            change.run();
            connection.commit();
        } finally {
            connection.rollback(); // of what was not committed
            connection.setAutoCommit(true);
        }
    }

    private void update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            statement.executeUpdate();
        }
    }

    private Optional<Long> queryLong(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
