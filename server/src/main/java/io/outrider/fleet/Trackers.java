package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fleets and trackers: memory in front of their tables, which are written first. Read by any
 * thread; written under the registry's monitor.
 */
final class Trackers {
    private static final int FLEETS_MAX = 10_000;
    private static final int TRACKERS_MAX = 200_000;

    private final RegistryDatabase database;
    private final TrackerTables tables;
    private final RightsTables rights;
    private final ClientTables clientTables;
    private final IssuedCertificates issued;
    private final Map<String, FleetEntry> fleets = new ConcurrentHashMap<>();
    private final Map<TrackerId, Entry> entries = new ConcurrentHashMap<>();

    private record FleetEntry(Instant createdAt, MethodPolicy methods) {}

    /** A tracker with what nobody outside needs to see. */
    private record Entry(Tracker tracker, Token token, @Nullable String password) {
        Entry with(Tracker changed) {
            return new Entry(changed, token, password);
        }

        /** Neither the token nor the password. */
        @Override
        public String toString() {
            return "Entry(" + tracker.id() + ")";
        }
    }

    Trackers(RegistryDatabase database, IssuedCertificates issued) throws SQLException {
        this.database = database;
        this.tables = new TrackerTables(database);
        this.rights = new RightsTables(database);
        this.clientTables = new ClientTables(database);
        this.issued = issued;
        for (var row : tables.fleets()) {
            fleets.put(row.name(), new FleetEntry(row.createdAt(), row.methods()));
        }
        Map<Long, String> passwords = rights.passwords(IdentityKind.TRACKER);
        for (var row : tables.trackers(this::fleetMethods)) {
            Tracker tracker = row.tracker();
            String password = passwords.get(tracker.enrolment());
            entries.put(tracker.id(), new Entry(tracker, row.token(), password));
        }
        issued.load(IdentityKind.TRACKER, tables.certificates(IssuedCertificates.Row::read));
    }

    private MethodPolicy fleetMethods(String fleet) {
        FleetEntry entry = fleets.get(fleet);
        return entry == null ? MethodPolicy.DEFAULT : entry.methods();
    }

    Optional<Tracker> find(TrackerId id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::tracker);
    }

    List<Tracker> all() {
        return entries.values().stream()
                .map(Entry::tracker)
                .sorted(Comparator.comparing(Tracker::id))
                .toList();
    }

    boolean hasFleet(String name) {
        return fleets.containsKey(name);
    }

    List<Fleet> fleets() {
        var counts = new HashMap<String, Integer>();
        entries.keySet().forEach(id -> counts.merge(id.fleet(), 1, Integer::sum));
        return fleets.entrySet().stream()
                .map(fleet ->
                        new Fleet(
                                fleet.getKey(),
                                fleet.getValue().createdAt(),
                                counts.getOrDefault(fleet.getKey(), 0),
                                fleet.getValue().methods()))
                .sorted(Comparator.comparing(Fleet::name))
                .toList();
    }

    Step<Fleet> createFleet(String name, Instant now) throws SQLException {
        if (!TrackerId.isName(name)) {
            return Step.refused(
                    "'%s' cannot name a fleet: write 1 to 32 of a-z, 0-9 and -".formatted(name));
        }
        if (hasFleet(name)) {
            return Step.refused("fleet %s exists already".formatted(name));
        }
        if (fleets.size() >= FLEETS_MAX) {
            return Step.refused("there are %d fleets, no more fit".formatted(FLEETS_MAX));
        }
        tables.insertFleet(name, now);
        fleets.put(name, new FleetEntry(now, MethodPolicy.DEFAULT));
        return Step.made(new Fleet(name, now, 0, MethodPolicy.DEFAULT));
    }

    Step<Tracker> add(String name, Instant now, Token token) throws SQLException {
        Optional<TrackerId> parsed = TrackerId.parse(name);
        if (parsed.isEmpty()) {
            return refusedName(name);
        }
        TrackerId id = parsed.get();
        if (!hasFleet(id.fleet())) {
            return Step.refused(
                    "there is no fleet %1$s; create it first: outrider fleet create %1$s"
                            .formatted(id.fleet()));
        }
        if (entries.containsKey(id)) {
            return Step.refused("%s exists already".formatted(name));
        }
        if (entries.size() >= TRACKERS_MAX) {
            return Step.refused("there are %d trackers, no more fit".formatted(TRACKERS_MAX));
        }
        long number = tables.insertTracker(id, now, token);
        var tracker =
                new Tracker(
                        id,
                        number,
                        now,
                        new Tracker.Invited(token.expiresAt()),
                        new Tracker.Stand(Standing.ACTIVE, now, ""),
                        fleetMethods(id.fleet()));
        entries.put(id, new Entry(tracker, token, null));
        return Step.made(tracker);
    }

    /** The tracker of this name, for whoever typed it. */
    Change<Tracker> show(String name) {
        Optional<TrackerId> id = TrackerId.parse(name);
        if (id.isEmpty()) {
            return Trackers.<Tracker>refusedName(name).change();
        }
        return find(id.get())
                .<Change<Tracker>>map(Change.Made::new)
                .orElseGet(() -> new Change.Refused<>("there is no tracker " + name));
    }

    Step<Tracker> remove(String name, Instant now) throws SQLException {
        Change<Tracker> shown = show(name);
        if (!(shown instanceof Change.Made<Tracker>(Tracker tracker))) {
            return new Step<>(shown, List.of());
        }
        RightsChange.Who who = tracker.who();
        database.atOnce(() -> {
            tables.markRemoved(tracker.enrolment(), now);
            rights.deletePassword(who);
            rights.revokeCertificates(who, now, Revocation.Reason.CESSATION_OF_OPERATION);
            return true;
        });
        entries.remove(tracker.id());
        issued.forget(who);
        return Step.made(tracker, new RightsChange.Removed(who));
    }

    /** The listeners hear of a repeated change, too: what they failed to do, they can do now. */
    Step<Tracker> changeStanding(String name, Tracker.Stand wanted) throws SQLException {
        Change<Tracker> shown = show(name);
        if (!(shown instanceof Change.Made<Tracker>(Tracker tracker))) {
            return new Step<>(shown, List.of());
        }
        if (tracker.standing() == wanted.standing()) {
            return Step.made(tracker, heard(tracker));
        }
        if (tracker.standing() == Standing.REVOKED) {
            return Step.refused(
                    "%s was revoked, which is for good; remove it and add it again"
                            .formatted(name));
        }
        RightsChange.Who who = tracker.who();
        database.atOnce(() -> {
            tables.insertStanding(tracker.enrolment(), wanted);
            if (wanted.standing() == Standing.REVOKED) {
                rights.deletePassword(who);
                rights.revokeCertificates(
                        who, wanted.since(), Revocation.Reason.PRIVILEGE_WITHDRAWN);
            }
            return true;
        });
        Tracker changed = tracker.with(wanted);
        Entry before = Objects.requireNonNull(entries.get(tracker.id()));
        boolean isRevoked = wanted.standing() == Standing.REVOKED;
        entries.put(
                tracker.id(),
                new Entry(changed, before.token(), isRevoked ? null : before.password()));
        if (isRevoked) {
            issued.forget(who);
        }
        return Step.made(changed, heard(changed));
    }

    private static RightsChange heard(Tracker tracker) {
        return switch (tracker.standing()) {
            case ACTIVE -> new RightsChange.Released(tracker.who());
            case QUARANTINED ->
                    new RightsChange.Quarantined(tracker.who(), tracker.stand().reason());
            case REVOKED -> new RightsChange.Revoked(tracker.who(), tracker.stand().reason());
        };
    }

    /** The newest first. */
    List<Tracker.Stand> standings(long enrolment) throws SQLException {
        return tables.standings(enrolment);
    }

    Optional<MethodPolicy> methodsOfFleet(String name) {
        return Optional.ofNullable(fleets.get(name)).map(FleetEntry::methods);
    }

    /**
     * @param methods null to do what is the default again
     */
    Step<MethodPolicy> setFleetMethods(String name, @Nullable Set<Method> methods)
            throws SQLException {
        FleetEntry before = fleets.get(name);
        if (before == null) {
            return Step.refused("there is no fleet or client " + name);
        }
        tables.setFleetMethods(name, methods);
        MethodPolicy policy =
                methods == null
                        ? MethodPolicy.DEFAULT
                        : new MethodPolicy(methods, MethodPolicy.Source.FLEET);
        fleets.put(name, new FleetEntry(before.createdAt(), policy));
        var heard = new ArrayList<RightsChange>();
        for (Entry entry : entries.values()) {
            Tracker tracker = entry.tracker();
            if (tracker.id().fleet().equals(name)
                    && tracker.methods().from() != MethodPolicy.Source.TRACKER) {
                heard.addAll(changeMethods(entry, policy));
            }
        }
        return new Step<>(new Change.Made<>(policy), heard);
    }

    /**
     * @param methods null to do what its fleet does
     */
    Step<MethodPolicy> setTrackerMethods(String name, @Nullable Set<Method> methods)
            throws SQLException {
        return switch (show(name)) {
            case Change.Refused<Tracker>(String why) -> Step.refused(why);
            case Change.Made<Tracker>(Tracker tracker) -> {
                tables.setTrackerMethods(tracker.enrolment(), methods);
                MethodPolicy policy =
                        methods == null
                                ? fleetMethods(tracker.id().fleet())
                                : new MethodPolicy(methods, MethodPolicy.Source.TRACKER);
                Entry entry = Objects.requireNonNull(entries.get(tracker.id()));
                yield new Step<>(new Change.Made<>(policy), changeMethods(entry, policy));
            }
        };
    }

    private List<RightsChange> changeMethods(Entry entry, MethodPolicy policy) {
        Tracker before = entry.tracker();
        entries.put(before.id(), entry.with(before.with(policy)));
        return before.methods().methods().equals(policy.methods())
                ? List.of()
                : List.of(new RightsChange.MethodsChanged(before.who(), policy.methods()));
    }

    Optional<String> storedPassword(TrackerId id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::password);
    }

    /**
     * @param stored null to take it away
     */
    Step<Tracker> setPassword(String name, @Nullable String stored, Instant now)
            throws SQLException {
        Change<Tracker> shown = show(name);
        if (!(shown instanceof Change.Made<Tracker>(Tracker tracker))) {
            return new Step<>(shown, List.of());
        }
        Entry entry = Objects.requireNonNull(entries.get(tracker.id()));
        if (stored == null && entry.password() == null) {
            return Step.refused("%s has no password".formatted(name));
        }
        if (stored != null && tracker.standing() == Standing.REVOKED) {
            return Step.refused(
                    "%s was revoked, which is for good; remove it and add it again"
                            .formatted(name));
        }
        if (stored == null) {
            rights.deletePassword(tracker.who());
        } else {
            rights.setPassword(tracker.who(), stored, now);
        }
        entries.put(tracker.id(), new Entry(tracker, entry.token(), stored));
        return Step.made(tracker, new RightsChange.PasswordChanged(tracker.who()));
    }

    TokenCheck check(TrackerId id, byte[] tokenSha256, Instant now) {
        Entry entry = entries.get(id);
        Token token = entry == null ? Token.NOBODYS : entry.token();
        if (!token.matches(tokenSha256) || entry == null) {
            return TokenCheck.WRONG;
        }
        return now.isBefore(token.expiresAt()) ? TokenCheck.RIGHT : TokenCheck.EXPIRED;
    }

    Enrolment enrol(
            TrackerId id,
            byte[] tokenSha256,
            PublicKey key,
            Function<Tracker, X509Certificate> issuer,
            Instant now)
            throws SQLException {
        Entry entry = entries.get(id);
        if (entry == null || check(id, tokenSha256, now) != TokenCheck.RIGHT) {
            return new Enrolment.Unauthorised();
        }
        Tracker tracker = entry.tracker();
        if (tracker.standing() != Standing.ACTIVE) {
            String standing = tracker.standing().name().toLowerCase(Locale.ROOT);
            return new Enrolment.Refused("this tracker is " + standing);
        }
        String keySha256 = Sha256.hex(key.getEncoded());
        if (tracker.state() instanceof Tracker.Enrolled enrolled) {
            return enrolled.keySha256().equals(keySha256)
                    ? new Enrolment.Enrolled(
                            tracker, tables.certificate(enrolled.certificateSerial()))
                    : new Enrolment.Refused(
                            "this token was used already; remove the tracker and add it again");
        }
        if (clientTables.isKeyKnown(keySha256)) {
            return new Enrolment.Refused("this key was enrolled before; make a new one");
        }
        return register(entry, key, issuer.apply(tracker), now);
    }

    private Enrolment register(Entry entry, PublicKey key, X509Certificate certificate, Instant now)
            throws SQLException {
        Tracker tracker = entry.tracker();
        var enrolled =
                new Tracker.Enrolled(
                        now,
                        key,
                        Sha256.hex(key.getEncoded()),
                        CertificateCodec.serial(certificate),
                        certificate.getNotAfter().toInstant());
        database.atOnce(() -> {
            tables.markEnrolled(tracker.enrolment(), enrolled, certificate);
            return true;
        });
        Tracker changed = tracker.with(enrolled);
        entries.put(tracker.id(), entry.with(changed));
        issued.put(changed.who(), certificate);
        return new Enrolment.Enrolled(changed, certificate);
    }

    private static <T> Step<T> refusedName(String name) {
        return Step.refused(
                "'%s' cannot name a tracker: write FLEET.TRACKER, each 1 to 32 of a-z, 0-9 and -"
                        .formatted(name));
    }
}
