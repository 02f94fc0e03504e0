package io.outrider.authority;

import io.outrider.fleet.Change;
import io.outrider.fleet.Enrolment;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.keys.KeyMaterial;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.keys.OperatorException;
import io.outrider.keys.PrivateDirectory;
import io.outrider.seal.Bytes;
import io.outrider.seal.EnrolmentToken;
import io.outrider.seal.Secret;
import io.outrider.timer.Periodic;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The installation's certificate authority: its own certificates in the data directory, the signed
 * key statement, tokens and certificates for trackers. Safe for use by many threads.
 */
public final class Authority {
    private static final Logger LOG = LoggerFactory.getLogger(Authority.class);

    /** A root made before this would have ended before anybody used it: the clock is not set. */
    private static final Instant CLOCK_MIN = Instant.parse("2026-01-01T00:00:00Z");

    private static final String CA_FILE = "ca.pem";
    private static final String LEGACY_CA_FILE = "legacy-ca.pem";
    private static final String INSTALLATION = "installation";
    private static final String REGISTRY = "registry";
    private static final String ISSUER = "issuer";
    private static final String GIVEN = "given";

    private final AuthorityConfig config;
    private final KeyMaterial keys;
    private final Registry registry;
    private final CertificateForge forge;
    private final Stores stores;
    private final Credentials credentials;
    private final LegacyCredentials legacy;
    private final PrivateDirectory data;
    private final StatementDesk statements;
    private final SecureRandom random;
    private final List<Runnable> renewalListeners = new CopyOnWriteArrayList<>();
    private final RevocationDesk revocations;
    private volatile Bytes keyStatement;

    private Authority(
            AuthorityConfig config,
            PrivateDirectory data,
            KeyMaterial keys,
            Registry registry,
            SecureRandom random,
            InstantSource clock,
            boolean isFirstStart)
            throws IOException, OperatorException, KeyUnavailableException {
        this.config = config;
        this.keys = keys;
        this.registry = registry;
        this.random = random;
        this.forge = new CertificateForge(config.installation(), random, clock);
        this.stores = new Stores(keys);
        this.credentials =
                new Credentials(
                        stores,
                        forge,
                        config.names(),
                        isFirstStart,
                        isGiven(keys, isFirstStart),
                        readGiven(clock));
        this.legacy = new LegacyCredentials(stores, forge, config.names());
        this.data = data;
        this.revocations = new RevocationDesk(registry, keys.facts(), random, clock);
        this.statements = new StatementDesk(keys.facts(), random, clock);
        this.keyStatement = signStatement();
        publish(CA_FILE, credentials.root());
    }

    /**
     * Opens the authority of a data directory, made where there is none. A first start that was cut
     * off anywhere is completed.
     *
     * @param data the data directory itself; {@code keys} and {@code registry} are in it
     * @throws OperatorException where a file is missing, damaged, open to others or of another
     *     installation
     */
    public static Authority openOrCreate(
            AuthorityConfig config,
            PrivateDirectory data,
            KeyMaterial keys,
            Registry registry,
            SecureRandom random,
            InstantSource clock)
            throws IOException, OperatorException {
        config.requireUsable();
        try {
            boolean isFirstStart = keys.facts().fact(INSTALLATION).isEmpty();
            if (isFirstStart) {
                requireFirstStart(keys, registry, clock);
            } else {
                requireBelongsTogether(config, keys, registry);
            }
            var authority =
                    new Authority(config, data, keys, registry, random, clock, isFirstStart);
            keys.facts()
                    .remember(
                            Map.of(
                                    INSTALLATION,
                                    config.installation(),
                                    REGISTRY,
                                    registry.identity()));
            return authority;
        } catch (KeyUnavailableException | SQLException e) {
            throw new OperatorException(
                    "the authority cannot start: " + e.getMessage(),
                    "Check the disk, then the files in " + data.path(),
                    e);
        }
    }

    private static void requireFirstStart(KeyMaterial keys, Registry registry, InstantSource clock)
            throws OperatorException {
        if (clock.instant().isBefore(CLOCK_MIN)) {
            throw new OperatorException(
                    "the system clock says " + clock.instant(),
                    "Set it: certificates that are made now would be of no use.");
        }
        if (!registry.trackers().isEmpty()) {
            throw new OperatorException(
                    "there are trackers, but their keys in %s are gone"
                            .formatted(keys.directory().path()),
                    "Restore that directory from your backup.");
        }
    }

    private static void requireBelongsTogether(
            AuthorityConfig config, KeyMaterial keys, Registry registry)
            throws OperatorException, KeyUnavailableException, SQLException {
        String installation = keys.facts().fact(INSTALLATION).orElse("");
        if (!installation.equals(config.installation())) {
            throw new OperatorException(
                    "this directory is of installation '%s', the configuration says '%s'"
                            .formatted(installation, config.installation()),
                    "Put the first into the configuration, or use another directory.");
        }
        // With another registry, numbers would be given again that data is stored under.
        if (!keys.facts().fact(REGISTRY).orElse("").equals(registry.identity())) {
            throw new OperatorException(
                    "fleet.db is not the one that the keys in %s belong to"
                            .formatted(keys.directory().path()),
                    "Restore fleet.db from the same backup as the keys.");
        }
    }

    /** Remembered before anything is made: a start that is cut off goes on in the same way. */
    private boolean isGiven(KeyMaterial material, boolean isFirstStart)
            throws KeyUnavailableException {
        boolean isNew = isFirstStart && !material.directory().has(Credentials.ROOT + ".p12");
        if (isNew && config.given().isPresent()) {
            material.facts().remember(Map.of(ISSUER, GIVEN));
        }
        return material.facts().fact(ISSUER).equals(Optional.of(GIVEN));
    }

    private Optional<Identity> readGiven(InstantSource clock)
            throws IOException, OperatorException {
        if (config.given().isEmpty()) {
            return Optional.empty();
        }
        var reader =
                new GivenAuthorityReader(
                        config.given().get(), forge, config.names(), random, clock.instant());
        return Optional.of(reader.read());
    }

    private void publish(String file, X509Certificate root) throws IOException, OperatorException {
        byte[] pem = Pem.encode(root);
        var stored = data.read(file);
        if (stored.isEmpty() || !MessageDigest.isEqual(stored.get(), pem)) {
            data.write(file, pem);
        }
    }

    private Bytes signStatement() throws KeyUnavailableException {
        byte[] signed =
                statements.sign(
                        credentials.statement(),
                        config.installation(),
                        keys.sealingKeys().current(),
                        keys.commandKey().publicKey(),
                        credentials.root());
        return Bytes.copyOf(signed);
    }

    /** The certificate that everything in this installation is believed by. */
    public X509Certificate root() {
        return credentials.root();
    }

    /** The issuing CA of today, what stands between, then the root. */
    public List<X509Certificate> certificatesOfCa() {
        return credentials.issuing().chain();
    }

    /** Key and chain for listeners: leaf, issuing CA, root. */
    public KeyStoreFile serverKeyStore() throws OperatorException {
        return storeFile(Credentials.SERVER);
    }

    /**
     * Key and chain of RSA for the listener of old modems, made when first asked for; they have to
     * be given {@code legacy-ca.pem} of the data directory to believe it.
     */
    public KeyStoreFile legacyKeyStore() throws IOException, OperatorException {
        legacy.refresh();
        publish(LEGACY_CA_FILE, legacy.root());
        return storeFile(LegacyCredentials.SERVER);
    }

    /** What trackers' certificates lead to: root and issuing CA. */
    public KeyStoreFile trustStore() throws OperatorException {
        return storeFile(Credentials.TRUST);
    }

    private KeyStoreFile storeFile(String name) throws OperatorException {
        return new KeyStoreFile(stores.path(name), stores.password(name));
    }

    Stores stores() {
        return stores;
    }

    /** The signed key statement of today (COSE_Sign1). */
    public Bytes keyStatement() {
        return keyStatement;
    }

    /**
     * Adds a tracker and makes the token that its installer needs.
     *
     * @param name {@code FLEET.TRACKER}
     * @param enrolPort where trackers reach the enrolment server
     * @param mqttPort where trackers reach the broker
     */
    public Change<Invitation> invite(String name, int enrolPort, int mqttPort) throws SQLException {
        try (Secret secret = EnrolmentToken.newSecret(random)) {
            Change<Tracker> change = registry.add(name, secret.exposeTo(Authority::sha256));
            return switch (change) {
                case Change.Refused<Tracker>(String why) -> new Change.Refused<>(why);
                case Change.Made<Tracker>(Tracker tracker) ->
                        new Change.Made<>(
                                new Invitation(
                                        tracker, token(tracker.id(), secret, enrolPort, mqttPort)));
            };
        }
    }

    private String token(TrackerId id, Secret secret, int enrolPort, int mqttPort) {
        Bytes rootSha256 = Bytes.copyOf(sha256(encoded(credentials.root())));
        String host = config.names().getFirst();
        return new EnrolmentToken(
                        host, enrolPort, mqttPort, rootSha256, id.fleet(), id.tracker(), secret)
                .format();
    }

    /** Gives a tracker its certificate, if the token is worth it; see {@link Registry#enrol}. */
    Enrolment enrol(TrackerId id, byte[] tokenSha256, PublicKey key) throws SQLException {
        Identity issuing = credentials.issuing();
        return registry.enrol(
                id, tokenSha256, key, tracker -> forge.tracker(issuing, tracker.id(), key));
    }

    /**
     * Gives a client its certificate, in place of those for any other key that it had.
     *
     * @param request PKCS #10 in PEM or base64; of what it asks for only the key is taken: P-256,
     *     or RSA of at least 2,048 bits
     */
    public Change<CertificateChain> certifyClient(String name, String request) throws SQLException {
        PublicKey key;
        try {
            key = CertificateRequest.clientKey(request);
        } catch (RequestRefusedException e) {
            return new Change.Refused<>(String.valueOf(e.getMessage()));
        }
        Identity issuing = credentials.issuing();
        Change<X509Certificate> change =
                registry.certify(name, key, client -> forge.client(issuing, client.name(), key));
        return switch (change) {
            case Change.Refused<X509Certificate>(String why) -> new Change.Refused<>(why);
            case Change.Made<X509Certificate>(X509Certificate certificate) -> {
                var chain = new ArrayList<X509Certificate>(List.of(certificate));
                chain.addAll(issuing.chain());
                chain.remove(credentials.root());
                yield new Change.Made<>(new CertificateChain(chain));
            }
        };
    }

    /** The list of revoked certificates of today's issuing CA, as of this moment. */
    public RevocationList revocationList() throws KeyUnavailableException, SQLException {
        return revocations.list(credentials.issuing());
    }

    /** The same of the issuing CA before; empty where there was none. */
    Optional<RevocationList> revocationListBefore() throws KeyUnavailableException, SQLException {
        Optional<Identity> before = credentials.issuingBefore();
        return before.isEmpty() ? Optional.empty() : Optional.of(revocations.list(before.get()));
    }

    Registry registry() {
        return registry;
    }

    /** The listener hears when the server's key store was written anew, on the renewer's thread. */
    public void onServerCertificateRenewed(Runnable listener) {
        renewalListeners.add(listener);
    }

    /**
     * Renews what comes to its end; to be called once a day. A failure is logged and tried again
     * the next time: a third of each life is left for that.
     */
    public void renew() {
        try {
            boolean isServerRenewed = credentials.renew();
            legacy.renew();
            keyStatement = signStatement();
            if (isServerRenewed) {
                renewalListeners.forEach(Runnable::run);
            }
        } catch (IOException | OperatorException | KeyUnavailableException e) {
            LOG.error("Certificates could not be renewed; tried again in a day", e);
        }
    }

    /** Calls {@link #renew} every day until closed. */
    public Periodic renewDaily() {
        return Periodic.start("certificate-renewal", Duration.ofDays(1), this::renew);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own has no encoding", e);
        }
    }
}
