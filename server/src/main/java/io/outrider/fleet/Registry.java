package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All fleets and trackers: who is invited, who is enrolled, and with which key. Changes are durable
 * when they return and happen one at a time, under this object's monitor; {@link #find} reads a map
 * in memory and never waits.
 */
public final class Registry implements AutoCloseable {
    /** How long a token waits for its tracker. */
    public static final Duration TOKEN_LIFETIME = Duration.ofDays(7);

    private static final int FLEETS_MAX = 10_000;
    private static final int TRACKERS_MAX = 200_000;

    private final RegistryDatabase database;
    private final InstantSource clock;
    private final Map<TrackerId, Entry> entries;
    private final List<Consumer<Tracker>> removalListeners = new CopyOnWriteArrayList<>();

    private Registry(RegistryDatabase database, InstantSource clock) throws SQLException {
        this.database = database;
        this.clock = clock;
        this.entries = new ConcurrentHashMap<>();
        for (Entry entry : database.entries()) {
            entries.put(entry.tracker().id(), entry);
        }
    }

    /**
     * Opens the registry's file, made where there is none.
     *
     * @throws SQLException where the file is damaged or of a newer program
     */
    public static Registry open(Path file, InstantSource clock) throws IOException, SQLException {
        RegistryDatabase database = RegistryDatabase.open(file);
        try {
            return new Registry(database, clock);
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    /** A random name of this very file: another file, even an empty new one, has another. */
    public synchronized String identity() throws SQLException {
        return database.identity();
    }

    /** Whoever holds this name now, from memory. */
    public Optional<Tracker> find(TrackerId id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::tracker);
    }

    /** All trackers, by name. */
    public List<Tracker> trackers() {
        return entries.values().stream()
                .map(Entry::tracker)
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
    }

    /** All fleets, by name. */
    public synchronized List<Fleet> fleets() throws SQLException {
        return database.fleets();
    }

    public synchronized Change<Fleet> createFleet(String name) throws SQLException {
        if (!TrackerId.isName(name)) {
            return new Change.Refused<>(
                    "'%s' cannot name a fleet: write 1 to 32 of a-z, 0-9 and -".formatted(name));
        }
        if (database.hasFleet(name)) {
            return new Change.Refused<>("fleet %s exists already".formatted(name));
        }
        if (database.fleets().size() >= FLEETS_MAX) {
            return new Change.Refused<>("there are %d fleets, no more fit".formatted(FLEETS_MAX));
        }
        var fleet = new Fleet(name, now(), 0);
        database.insert(fleet);
        return new Change.Made<>(fleet);
    }

    /**
     * Invites a tracker: gives it an enrolment number and lets it enrol once, within {@link
     * #TOKEN_LIFETIME}.
     *
     * @param name {@code FLEET.TRACKER}
     * @param tokenSha256 SHA-256 of the enrolment token's secret, which is random and stays unknown
     *     here
     */
    public synchronized Change<Tracker> add(String name, byte[] tokenSha256) throws SQLException {
        Optional<TrackerId> id = TrackerId.parse(name);
        if (id.isEmpty()) {
            return refusedName(name);
        }
        if (!database.hasFleet(id.get().fleet())) {
            return new Change.Refused<>(
                    "there is no fleet %1$s; create it first: outrider fleet create %1$s"
                            .formatted(id.get().fleet()));
        }
        if (entries.containsKey(id.get())) {
            return new Change.Refused<>("%s exists already".formatted(name));
        }
        if (entries.size() >= TRACKERS_MAX) {
            return new Change.Refused<>(
                    "there are %d trackers, no more fit".formatted(TRACKERS_MAX));
        }
        Instant now = now();
        var token = Token.of(tokenSha256, now.plus(TOKEN_LIFETIME));
        Entry entry = database.insert(id.get(), now, token);
        entries.put(id.get(), entry);
        return new Change.Made<>(entry.tracker());
    }

    /** The tracker of this name, for whoever typed it. */
    public Change<Tracker> show(String name) {
        Optional<TrackerId> id = TrackerId.parse(name);
        if (id.isEmpty()) {
            return refusedName(name);
        }
        return find(id.get())
                .<Change<Tracker>>map(Change.Made::new)
                .orElseGet(() -> new Change.Refused<>("there is no tracker " + name));
    }

    /**
     * Removes a tracker: its name is free, its number and its key are not given again. Listeners
     * have heard of it when this returns.
     */
    public Change<Tracker> remove(String name) throws SQLException {
        Change<Tracker> change = removeQuietly(name);
        if (change instanceof Change.Made<Tracker>(Tracker tracker)) {
            removalListeners.forEach(listener -> listener.accept(tracker));
        }
        return change;
    }

    private synchronized Change<Tracker> removeQuietly(String name) throws SQLException {
        Change<Tracker> shown = show(name);
        if (shown instanceof Change.Made<Tracker>(Tracker tracker)) {
            database.markRemoved(tracker.enrolment(), now());
            entries.remove(tracker.id());
        }
        return shown;
    }

    /** The listener hears of each removal once it is durable, on the remover's thread. */
    public void onRemoval(Consumer<Tracker> listener) {
        removalListeners.add(listener);
    }

    /** What a token's secret is worth, in the same time whether the tracker exists or not. */
    public TokenCheck check(TrackerId id, byte[] tokenSha256) {
        Entry entry = entries.get(id);
        Token token = entry == null ? Token.NOBODYS : entry.token();
        if (!token.matches(tokenSha256) || entry == null) {
            return TokenCheck.WRONG;
        }
        return now().isBefore(token.expiresAt()) ? TokenCheck.RIGHT : TokenCheck.EXPIRED;
    }

    /**
     * Uses up the token and registers the certificate, both or neither. The same token with the
     * same key gets the same certificate again, for an answer can be lost.
     *
     * @param key the public key of the certificate request, proven to be the sender's
     * @param issuer makes the certificate; what it made is forgotten where the commit fails
     */
    public synchronized Enrolment enrol(
            TrackerId id,
            byte[] tokenSha256,
            PublicKey key,
            Function<Tracker, X509Certificate> issuer)
            throws SQLException {
        Entry entry = entries.get(id);
        if (entry == null || check(id, tokenSha256) != TokenCheck.RIGHT) {
            return new Enrolment.Unauthorised();
        }
        Tracker tracker = entry.tracker();
        String keySha256 = sha256(key.getEncoded());
        if (tracker.state() instanceof Tracker.Enrolled enrolled) {
            return enrolled.keySha256().equals(keySha256)
                    ? new Enrolment.Enrolled(
                            tracker, database.certificate(enrolled.certificateSerial()))
                    : new Enrolment.Refused(
                            "this token was used already; remove the tracker and add it again");
        }
        if (database.isKeyKnown(keySha256)) {
            return new Enrolment.Refused("this key was enrolled before; make a new one");
        }
        X509Certificate certificate = issuer.apply(tracker);
        var enrolled =
                new Tracker.Enrolled(
                        now(),
                        key,
                        keySha256,
                        certificate.getSerialNumber().toString(16),
                        certificate.getNotAfter().toInstant());
        database.markEnrolled(tracker.enrolment(), enrolled, certificate);
        var now = new Tracker(id, tracker.enrolment(), tracker.addedAt(), enrolled);
        entries.put(id, new Entry(now, entry.token()));
        return new Enrolment.Enrolled(now, certificate);
    }

    @Override
    public synchronized void close() throws SQLException {
        database.close();
    }

    private static Change<Tracker> refusedName(String name) {
        return new Change.Refused<>(
                "'%s' cannot name a tracker: write FLEET.TRACKER, each 1 to 32 of a-z, 0-9 and -"
                        .formatted(name));
    }

    /** To the millisecond, as the database keeps it. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** A tracker with what nobody outside needs to see. */
    record Entry(Tracker tracker, Token token) {}
}
