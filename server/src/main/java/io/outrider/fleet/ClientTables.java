package io.outrider.fleet;

import static io.outrider.fleet.RegistryDatabase.instant;

import io.outrider.topic.TopicFilter;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Clients, their grants and their certificates. */
final class ClientTables {
    private final RegistryDatabase database;

    ClientTables(RegistryDatabase database) {
        this.database = database;
    }

    /** Clients that are there now, with the newest certificate of each. */
    List<Client> clients() throws SQLException {
        Map<Long, List<Grant>> grants = grants();
        String sql =
                """
                SELECT l.number, l.name, l.methods, l.added_at,
                    c.serial, c.spki_sha256, c.issued_at, c.not_after
                FROM client l
                LEFT JOIN client_certificate c ON c.serial =
                    (SELECT serial FROM client_certificate WHERE client = l.number
                     ORDER BY issued_at DESC, rowid DESC LIMIT 1)
                WHERE l.removed_at IS NULL
                """;
        return database.all(sql, row -> client(row, grants));
    }

    private static Client client(ResultSet row, Map<Long, List<Grant>> grants) throws SQLException {
        long number = row.getLong("number");
        Optional<Client.Certified> certificate =
                row.getString("serial") == null
                        ? Optional.empty()
                        : Optional.of(
                                new Client.Certified(
                                        instant(row, "issued_at"),
                                        row.getString("spki_sha256"),
                                        row.getString("serial"),
                                        instant(row, "not_after")));
        return new Client(
                row.getString("name"),
                number,
                instant(row, "added_at"),
                grants.getOrDefault(number, List.of()),
                RightsTables.policy(
                        row.getString("methods"), MethodPolicy.Source.CLIENT, MethodPolicy.DEFAULT),
                certificate);
    }

    private Map<Long, List<Grant>> grants() throws SQLException {
        var grants = new HashMap<Long, List<Grant>>();
        database.all(
                """
                SELECT g.client, g.operation, g.filter
                FROM client_grant g JOIN client l ON l.number = g.client
                WHERE l.removed_at IS NULL ORDER BY g.client, g.position
                """,
                row ->
                        grants.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                                .add(grant(row)));
        return grants;
    }

    private static Grant grant(ResultSet row) throws SQLException {
        String operation = row.getString("operation");
        String filter = row.getString("filter");
        try {
            return new Grant(
                    Operation.valueOf(operation.toUpperCase(Locale.ROOT)),
                    TopicFilter.parse(filter).orElseThrow(IllegalArgumentException::new));
        } catch (IllegalArgumentException e) {
            throw new SQLException("not a grant: " + operation + " " + filter, e);
        }
    }

    /** The number that it is given: one more than any that was ever given. */
    long insert(String name, List<Grant> grants, Set<Method> methods, Instant addedAt)
            throws SQLException {
        long number =
                database.one(
                        "INSERT INTO client(name, methods, added_at) VALUES (?, ?, ?)"
                                + " RETURNING number",
                        row -> row.getLong(1),
                        name,
                        RightsTables.text(methods),
                        addedAt.toEpochMilli());
        replaceGrants(number, grants);
        return number;
    }

    void replaceGrants(long number, List<Grant> grants) throws SQLException {
        database.update("DELETE FROM client_grant WHERE client = ?", number);
        int position = 0;
        for (Grant grant : grants) {
            database.update(
                    "INSERT INTO client_grant(client, position, operation, filter)"
                            + " VALUES (?, ?, ?, ?)",
                    number,
                    position++,
                    grant.operation().name().toLowerCase(Locale.ROOT),
                    grant.filter().toString());
        }
    }

    void setMethods(long number, Set<Method> methods) throws SQLException {
        database.update(
                "UPDATE client SET methods = ? WHERE number = ?",
                RightsTables.text(methods),
                number);
    }

    void markRemoved(long number, Instant at) throws SQLException {
        database.update(
                "UPDATE client SET removed_at = ? WHERE number = ?", at.toEpochMilli(), number);
    }

    /** Whether any tracker or client ever had this key. */
    boolean isKeyKnown(String keySha256) throws SQLException {
        return database.exists(
                "SELECT 1 FROM identity_key WHERE spki_sha256 = ?1"
                        + " UNION ALL SELECT 1 FROM client_key WHERE spki_sha256 = ?1",
                keySha256);
    }

    void insertKey(long number, String keySha256, PublicKey key) throws SQLException {
        database.update(
                "INSERT INTO client_key(spki_sha256, spki, client) VALUES (?, ?, ?)",
                keySha256,
                key.getEncoded(),
                number);
    }

    void insertCertificate(long number, Client.Certified certified, X509Certificate certificate)
            throws SQLException {
        database.update(
                "INSERT INTO client_certificate(serial, client, spki_sha256, issued_at, not_after,"
                        + " der) VALUES (?, ?, ?, ?, ?, ?)",
                certified.serial(),
                number,
                certified.keySha256(),
                certified.issuedAt().toEpochMilli(),
                certified.notAfter().toEpochMilli(),
                CertificateCodec.encode(certificate));
    }

    /** Of every client that is there now; those for a key that was replaced are left out. */
    <T> List<T> certificates(RegistryDatabase.Reader<T> reader) throws SQLException {
        return database.all(
                """
                SELECT l.number, l.name, c.der
                FROM client_certificate c JOIN client l ON l.number = c.client
                WHERE l.removed_at IS NULL AND c.serial NOT IN (SELECT serial FROM revocation)
                """,
                reader);
    }
}
