package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Clients: memory in front of their tables, which are written first. Read by any thread; written
 * under the registry's monitor.
 */
final class Clients {
    private static final int CLIENTS_MAX = 10_000;
    private static final int GRANTS_MAX = 100;

    /** Of the text of a filter, so that all grants of all clients fit into memory. */
    private static final int FILTER_CHARS_MAX = 1_024;

    private final RegistryDatabase database;
    private final ClientTables tables;
    private final RightsTables rights;
    private final IssuedCertificates issued;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(Client client, @Nullable String password) {
        /** Not the password. */
        @Override
        public String toString() {
            return "Entry(" + client.name() + ")";
        }
    }

    Clients(RegistryDatabase database, IssuedCertificates issued) throws SQLException {
        this.database = database;
        this.tables = new ClientTables(database);
        this.rights = new RightsTables(database);
        this.issued = issued;
        Map<Long, String> passwords = rights.passwords(IdentityKind.CLIENT);
        for (Client client : tables.clients()) {
            entries.put(client.name(), new Entry(client, passwords.get(client.number())));
        }
        issued.load(IdentityKind.CLIENT, tables.certificates(IssuedCertificates.Row::read));
    }

    Optional<Client> find(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::client);
    }

    Optional<String> storedPassword(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::password);
    }

    List<Client> all() {
        return entries.values().stream()
                .map(Entry::client)
                .sorted(Comparator.comparing(Client::name))
                .toList();
    }

    /** The client of this name, for whoever typed it. */
    Change<Client> show(String name) {
        if (!TrackerId.isName(name)) {
            return Clients.<Client>refusedName(name).change();
        }
        return find(name)
                .<Change<Client>>map(Change.Made::new)
                .orElseGet(() -> new Change.Refused<>("there is no client " + name));
    }

    Step<Client> add(String name, List<Grant> grants, Set<Method> methods, Instant now)
            throws SQLException {
        if (!TrackerId.isName(name)) {
            return refusedName(name);
        }
        if (entries.containsKey(name)) {
            return Step.refused("client %s exists already".formatted(name));
        }
        if (entries.size() >= CLIENTS_MAX) {
            return Step.refused("there are %d clients, no more fit".formatted(CLIENTS_MAX));
        }
        List<Grant> distinct = grants.stream().distinct().toList();
        Optional<String> objection = objection(distinct);
        if (objection.isPresent()) {
            return Step.refused(objection.get());
        }
        long number = database.atOnce(() -> tables.insert(name, distinct, methods, now));
        var policy = new MethodPolicy(methods, MethodPolicy.Source.CLIENT);
        var client = new Client(name, number, now, distinct, policy, Optional.empty());
        entries.put(name, new Entry(client, null));
        return Step.made(client);
    }

    Step<Client> changeGrants(String name, List<Grant> grants) throws SQLException {
        Change<Client> shown = show(name);
        if (!(shown instanceof Change.Made<Client>(Client client))) {
            return new Step<>(shown, List.of());
        }
        List<Grant> distinct = grants.stream().distinct().toList();
        Optional<String> objection = objection(distinct);
        if (objection.isPresent()) {
            return Step.refused(objection.get());
        }
        database.atOnce(() -> {
            tables.replaceGrants(client.number(), distinct);
            return true;
        });
        Client changed =
                new Client(
                        name,
                        client.number(),
                        client.addedAt(),
                        distinct,
                        client.methods(),
                        client.certificate());
        keep(changed);
        return Step.made(changed, new RightsChange.GrantsChanged(changed.who()));
    }

    Step<MethodPolicy> setMethods(String name, Set<Method> methods) throws SQLException {
        Client client = Objects.requireNonNull(entries.get(name)).client();
        tables.setMethods(client.number(), methods);
        var policy = new MethodPolicy(methods, MethodPolicy.Source.CLIENT);
        keep(
                new Client(
                        name,
                        client.number(),
                        client.addedAt(),
                        client.grants(),
                        policy,
                        client.certificate()));
        return client.methods().methods().equals(methods)
                ? Step.made(policy)
                : Step.made(policy, new RightsChange.MethodsChanged(client.who(), methods));
    }

    /**
     * @param stored null to take it away
     */
    Step<Client> setPassword(String name, @Nullable String stored, Instant now)
            throws SQLException {
        Change<Client> shown = show(name);
        if (!(shown instanceof Change.Made<Client>(Client client))) {
            return new Step<>(shown, List.of());
        }
        if (stored == null && storedPassword(name).isEmpty()) {
            return Step.refused("%s has no password".formatted(name));
        }
        if (stored == null) {
            rights.deletePassword(client.who());
        } else {
            rights.setPassword(client.who(), stored, now);
        }
        entries.put(name, new Entry(client, stored));
        return Step.made(client, new RightsChange.PasswordChanged(client.who()));
    }

    Step<Client> remove(String name, Instant now) throws SQLException {
        Change<Client> shown = show(name);
        if (!(shown instanceof Change.Made<Client>(Client client))) {
            return new Step<>(shown, List.of());
        }
        RightsChange.Who who = client.who();
        database.atOnce(() -> {
            tables.markRemoved(client.number(), now);
            rights.deletePassword(who);
            rights.revokeCertificates(who, now, Revocation.Reason.CESSATION_OF_OPERATION);
            return true;
        });
        entries.remove(name);
        issued.forget(who);
        return Step.made(client, new RightsChange.Removed(who));
    }

    Step<X509Certificate> certify(
            String name, PublicKey key, Function<Client, X509Certificate> issuer, Instant now)
            throws SQLException {
        Change<Client> shown = show(name);
        if (!(shown instanceof Change.Made<Client>(Client client))) {
            return Step.refused(((Change.Refused<Client>) shown).why());
        }
        String keySha256 = Sha256.hex(key.getEncoded());
        Optional<String> before = client.certificate().map(Client.Certified::keySha256);
        boolean isSameKey = before.equals(Optional.of(keySha256));
        if (!isSameKey && tables.isKeyKnown(keySha256)) {
            return Step.refused("this key was used before; make a new one");
        }
        X509Certificate certificate = issuer.apply(client);
        register(client, key, keySha256, certificate, now);
        return before.isPresent() && !isSameKey
                ? Step.made(certificate, new RightsChange.KeyChanged(client.who()))
                : Step.made(certificate);
    }

    private void register(
            Client client,
            PublicKey key,
            String keySha256,
            X509Certificate certificate,
            Instant now)
            throws SQLException {
        boolean isSameKey =
                client.certificate().map(Client.Certified::keySha256).stream()
                        .anyMatch(keySha256::equals);
        var certified =
                new Client.Certified(
                        now,
                        keySha256,
                        CertificateCodec.serial(certificate),
                        certificate.getNotAfter().toInstant());
        RightsChange.Who who = client.who();
        database.atOnce(() -> {
            if (!isSameKey) {
                rights.revokeCertificates(who, now, Revocation.Reason.SUPERSEDED);
                tables.insertKey(client.number(), keySha256, key);
            }
            tables.insertCertificate(client.number(), certified, certificate);
            return true;
        });
        if (!isSameKey) {
            issued.forget(who);
        }
        issued.put(who, certificate);
        keep(
                new Client(
                        client.name(),
                        client.number(),
                        client.addedAt(),
                        client.grants(),
                        client.methods(),
                        Optional.of(certified)));
    }

    /** In place of what was there; the password stays. */
    private void keep(Client changed) {
        entries.computeIfPresent(
                changed.name(), (_, entry) -> new Entry(changed, entry.password()));
    }

    private static Optional<String> objection(List<Grant> grants) {
        if (grants.size() > GRANTS_MAX) {
            return Optional.of(
                    "%d grants for one client, %d fit".formatted(grants.size(), GRANTS_MAX));
        }
        return grants.stream()
                .filter(grant -> grant.filter().toString().length() > FILTER_CHARS_MAX)
                .findFirst()
                .map(_ ->
                        "a filter of a grant is longer than %d characters"
                                .formatted(FILTER_CHARS_MAX));
    }

    private static <T> Step<T> refusedName(String name) {
        return Step.refused(
                "'%s' cannot name a client: write 1 to 32 of a-z, 0-9 and -".formatted(name));
    }
}
