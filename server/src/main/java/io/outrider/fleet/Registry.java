package io.outrider.fleet;

import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All fleets, trackers and clients: who is invited, who is enrolled and with which key, who may
 * prove themselves how, and who is cut off. Changes are durable when they return. They happen and
 * are heard of one at a time, under {@link #inOrder}; the file is touched under this object's
 * monitor, which is always taken second. Whoever reads reads memory and never waits.
 */
public final class Registry implements AutoCloseable {
    /** How long a token waits for its tracker. */
    public static final Duration TOKEN_LIFETIME = Duration.ofDays(7);

    /**
     * How long a revocation is still told of after the certificate would have ended by itself, so
     * that every such certificate is on at least one list that is written on a schedule (RFC 5280,
     * section 3.3).
     */
    private static final Duration REVOCATIONS_KEPT = Duration.ofDays(2);

    private static final Pattern REASON = Pattern.compile("[^\\p{Cntrl}\\u2028\\u2029]{0,200}");
    private static final Pattern STORED_PASSWORD =
            Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,1022}[\\x21-\\x7e])?");

    private final RegistryDatabase database;
    private final InstantSource clock;
    private final Trackers trackers;
    private final Clients clients;
    private final RightsTables rights;
    private final IssuedCertificates issued = new IssuedCertificates();
    private final ReentrantLock inOrder = new ReentrantLock();
    private final RightsListeners listeners = new RightsListeners();
    private final AtomicLong revocationRevision = new AtomicLong();

    private Registry(RegistryDatabase database, InstantSource clock) throws SQLException {
        this.database = database;
        this.clock = clock;
        this.trackers = new Trackers(database, issued);
        this.clients = new Clients(database, issued);
        this.rights = new RightsTables(database);
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
            throw new SQLException(file + ": " + e.getMessage(), e);
        }
    }

    /** A random name of this very file: another file, even an empty new one, has another. */
    public synchronized String identity() throws SQLException {
        return database.identity();
    }

    /** What is wrong with the file at this moment, if anything is; memory decides all the same. */
    public synchronized Optional<String> trouble() {
        return database.trouble();
    }

    /** Whoever holds this name now, from memory. */
    public Optional<Tracker> find(TrackerId id) {
        return trackers.find(id);
    }

    /** All trackers, by name. */
    public List<Tracker> trackers() {
        return trackers.all();
    }

    /** All fleets, by name. */
    public List<Fleet> fleets() {
        return trackers.fleets();
    }

    /** The client of this name, from memory. */
    public Optional<Client> client(String name) {
        return clients.find(name);
    }

    /** All clients, by name. */
    public List<Client> clients() {
        return clients.all();
    }

    public Change<Fleet> createFleet(String name) throws SQLException {
        return change(() ->
                clients.find(name).isPresent()
                        ? Step.refused(
                                "there is a client %s; a fleet cannot have its name"
                                        .formatted(name))
                        : trackers.createFleet(name, now()));
    }

    /**
     * Invites a tracker: gives it an enrolment number and lets it enrol once, within {@link
     * #TOKEN_LIFETIME}.
     *
     * @param name {@code FLEET.TRACKER}
     * @param tokenSha256 SHA-256 of the enrolment token's secret, which is random and stays unknown
     *     here
     */
    public Change<Tracker> add(String name, byte[] tokenSha256) throws SQLException {
        return change(() -> {
            Instant now = now();
            return trackers.add(name, now, Token.of(tokenSha256, now.plus(TOKEN_LIFETIME)));
        });
    }

    /** The tracker of this name, for whoever typed it. */
    public Change<Tracker> show(String name) {
        return trackers.show(name);
    }

    /**
     * Removes a tracker: its name is free, its number and its key are not given again, and its
     * certificate is revoked.
     */
    public Change<Tracker> remove(String name) throws SQLException {
        return change(() -> trackers.remove(name, now()));
    }

    /**
     * Cuts a tracker off until it is released. Where it is cut off already, nothing is changed.
     *
     * @param reason at most 200 characters, none of them a control character
     */
    public Change<Tracker> quarantine(String name, String reason) throws SQLException {
        return changeStanding(name, Standing.QUARANTINED, reason);
    }

    /** Ends a quarantine; refused where the tracker was revoked. */
    public Change<Tracker> release(String name) throws SQLException {
        return changeStanding(name, Standing.ACTIVE, "");
    }

    /**
     * Cuts a tracker off for good: its certificate is revoked, its password gone, its token used
     * up. Only another number leads back, by {@link #remove} and {@link #add}.
     *
     * @param reason at most 200 characters, none of them a control character
     */
    public Change<Tracker> revoke(String name, String reason) throws SQLException {
        return changeStanding(name, Standing.REVOKED, reason);
    }

    private Change<Tracker> changeStanding(String name, Standing standing, String reason)
            throws SQLException {
        if (!REASON.matcher(reason).matches()) {
            return new Change.Refused<>("give a reason of at most 200 characters on one line");
        }
        return change(
                () -> trackers.changeStanding(name, new Tracker.Stand(standing, now(), reason)));
    }

    /** How this enrolment has stood, the newest first; of very many changes the last 100. */
    public synchronized List<Tracker.Stand> standings(Tracker tracker) throws SQLException {
        return trackers.standings(tracker.enrolment());
    }

    /**
     * Adds a client.
     *
     * @param name {@code [a-z0-9-]{1,32}}, no fleet's
     * @param grants at most 100, each filter at most 1,024 characters
     * @param methods at least one
     */
    public Change<Client> addClient(String name, List<Grant> grants, Set<Method> methods)
            throws SQLException {
        if (methods.isEmpty()) {
            return refusedMethods();
        }
        return change(() ->
                trackers.hasFleet(name)
                        ? Step.refused(
                                "there is a fleet %s; a client cannot have its name"
                                        .formatted(name))
                        : clients.add(name, grants, methods, now()));
    }

    /** All that the client may do from now on, in place of what it was allowed before. */
    public Change<Client> changeGrants(String name, List<Grant> grants) throws SQLException {
        return change(() -> clients.changeGrants(name, grants));
    }

    /** Removes a client: its name is free, its number and its keys are not given again. */
    public Change<Client> removeClient(String name) throws SQLException {
        return change(() -> clients.remove(name, now()));
    }

    /** The client of this name, for whoever typed it. */
    public Change<Client> showClient(String name) {
        return clients.show(name);
    }

    /** By which methods, and who said so; empty where there is no such fleet, tracker or client. */
    public Optional<MethodPolicy> methodsOf(String name) {
        return TrackerId.parse(name)
                .map(id -> trackers.find(id).map(Tracker::methods))
                .orElseGet(() ->
                        clients.find(name)
                                .map(Client::methods)
                                .or(() -> trackers.methodsOfFleet(name)));
    }

    /**
     * Says how a fleet's trackers, one tracker or a client may prove themselves.
     *
     * @param name of a fleet, a tracker or a client
     * @param methods at least one
     */
    public Change<MethodPolicy> setMethods(String name, Set<Method> methods) throws SQLException {
        return methods.isEmpty() ? refusedMethods() : changeMethods(name, methods);
    }

    /** Takes back what {@link #setMethods} has said: a tracker does what its fleet does. */
    public Change<MethodPolicy> clearMethods(String name) throws SQLException {
        return changeMethods(name, null);
    }

    private Change<MethodPolicy> changeMethods(String name, @Nullable Set<Method> methods)
            throws SQLException {
        return change(() -> {
            if (name.contains(".")) {
                return trackers.setTrackerMethods(name, methods);
            }
            if (clients.find(name).isPresent()) {
                var wanted = methods == null ? MethodPolicy.DEFAULT.methods() : methods;
                return clients.setMethods(name, wanted);
            }
            return trackers.setFleetMethods(name, methods);
        });
    }

    private static <T> Change<T> refusedMethods() {
        return new Change.Refused<>("name at least one method: certificate, password, token");
    }

    /** What {@link #setPassword} was given for this tracker or client, from memory. */
    public Optional<String> storedPassword(String name) {
        return TrackerId.parse(name)
                .map(trackers::storedPassword)
                .orElseGet(() -> clients.storedPassword(name));
    }

    /**
     * Gives a tracker or client a password, in place of any that it had.
     *
     * @param stored what is kept of it and tells nobody what it is: 1 to 1,024 printable characters
     *     of ASCII, none of them a space at either end; opaque here
     */
    public Change<RightsChange.Who> setPassword(String name, String stored) throws SQLException {
        if (!STORED_PASSWORD.matcher(stored).matches()) {
            throw new IllegalArgumentException("this is not what is to be stored of a password");
        }
        return changePassword(name, stored);
    }

    /** Takes the password away; refused where there is none. */
    public Change<RightsChange.Who> removePassword(String name) throws SQLException {
        return changePassword(name, null);
    }

    private Change<RightsChange.Who> changePassword(String name, @Nullable String stored)
            throws SQLException {
        if (name.contains(".")) {
            return who(change(() -> trackers.setPassword(name, stored, now())), Tracker::who);
        }
        return who(change(() -> clients.setPassword(name, stored, now())), Client::who);
    }

    private static <T> Change<RightsChange.Who> who(
            Change<T> change, Function<T, RightsChange.Who> who) {
        return switch (change) {
            case Change.Made<T>(T value) -> new Change.Made<>(who.apply(value));
            case Change.Refused<T>(String why) -> new Change.Refused<>(why);
        };
    }

    /**
     * The listener hears of each change of rights once it is durable, on the thread of whoever made
     * it, before that one has its answer, and in the order of the changes.
     */
    public void onChange(Consumer<RightsChange> listener) {
        listeners.add(listener);
    }

    /** What a token's secret is worth, in the same time whether the tracker exists or not. */
    public TokenCheck check(TrackerId id, byte[] tokenSha256) {
        return trackers.check(id, tokenSha256, now());
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
        return trackers.enrol(id, tokenSha256, key, issuer, now());
    }

    /**
     * Registers a certificate for a client. For the key that it has, it is one more; for another
     * key, the certificates before are revoked. A key that anybody else has had is refused.
     *
     * @param key the public key of the certificate request, proven to be the sender's
     * @param issuer makes the certificate; what it made is forgotten where the commit fails
     */
    public Change<X509Certificate> certify(
            String client, PublicKey key, Function<Client, X509Certificate> issuer)
            throws SQLException {
        return change(() -> clients.certify(client, key, issuer, now()));
    }

    /**
     * The certificate of these very bytes, if our authority has issued it to somebody who is there
     * now and it was not revoked; from memory. Whoever finds one here still looks at its dates and
     * at how its owner stands.
     *
     * @param sha256 over the DER
     */
    public Optional<IssuedCertificate> issuedCertificate(byte[] sha256) {
        return issued.find(sha256);
    }

    /** What a list of revoked certificates has to tell at this moment. */
    public synchronized List<Revocation> revocations() throws SQLException {
        return rights.revocations(now().minus(REVOCATIONS_KEPT));
    }

    /** Another number than before says that {@link #revocations} may say more than before. */
    public long revocationRevision() {
        return revocationRevision.get();
    }

    /** A change as it is made, under this object's monitor. */
    private interface Changing<T> {
        Step<T> make() throws SQLException;
    }

    private <T> Change<T> change(Changing<T> changing) throws SQLException {
        inOrder.lock();
        try {
            Step<T> step;
            synchronized (this) {
                step = changing.make();
            }
            if (!step.heard().isEmpty()) {
                revocationRevision.incrementAndGet();
            }
            listeners.tell(step.heard());
            return step.change();
        } finally {
            inOrder.unlock();
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        database.close();
    }

    /** To the millisecond, as the database keeps it. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
