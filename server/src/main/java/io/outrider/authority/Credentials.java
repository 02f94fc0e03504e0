package io.outrider.authority;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The installation's own certificates, from root to leaves, in the order in which they stand on
 * each other. What is missing at the first start is made, what is old is renewed; the root is kept
 * for its ten years. Guarded by this object's monitor.
 */
final class Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    static final String ROOT = "root";
    static final String ISSUING = "issuing";

    /** The issuing CA before that of today: it still signs the list of what it issued. */
    static final String ISSUING_BEFORE = "issuing-before";

    static final String SERVER = "server";
    static final String STATEMENT = "statement";
    static final String TRUST = "trust";

    private final Stores stores;
    private final CertificateForge forge;
    private final List<String> serverNames;
    private final X509Certificate root;
    private final boolean isGiven;
    private Identity issuing;
    private Optional<Identity> issuingBefore;
    private Identity server;
    private Identity statement;

    /**
     * @param isFirstStart whether a missing CA is made; later it is only ever missed
     * @param isGiven whether the operator's own authority issues, so that there is no key of a root
     * @param given what they gave at this start; empty where what is stored goes on
     */
    Credentials(
            Stores stores,
            CertificateForge forge,
            List<String> serverNames,
            boolean isFirstStart,
            boolean isGiven,
            Optional<Identity> given)
            throws IOException, OperatorException {
        this.stores = stores;
        this.forge = forge;
        this.serverNames = List.copyOf(serverNames);
        this.isGiven = isGiven;
        this.issuingBefore = stores.identity(ISSUING_BEFORE);
        this.issuing =
                isGiven ? givenIssuing(given, isFirstStart) : ownIssuing(given, isFirstStart);
        this.root = issuing.root();
        this.server = freshServer(stores.identity(SERVER));
        this.statement = freshStatement(stores.identity(STATEMENT));
        writeTrustStore();
    }

    private Identity ownIssuing(Optional<Identity> given, boolean isFirstStart)
            throws IOException, OperatorException {
        if (given.isPresent()) {
            throw new OperatorException(
                    "this installation has had an authority of its own since its first start",
                    "Trackers know it by its root. Take authority.key and authority.chain out of"
                            + " the configuration, or start with another data directory.");
        }
        Optional<Identity> storedRoot = stores.identity(ROOT);
        Optional<Identity> storedIssuing = stores.identity(ISSUING);
        // Each is written before the next: one that is missing below another has been lost.
        requireMade(ROOT, storedRoot, isFirstStart && storedIssuing.isEmpty());
        requireMade(ISSUING, storedIssuing, isFirstStart);
        Identity rootIdentity =
                storedRoot.isPresent() ? storedRoot.get() : stores.write(ROOT, forge.root());
        return freshIssuing(storedIssuing, rootIdentity);
    }

    private Identity givenIssuing(Optional<Identity> given, boolean isFirstStart)
            throws IOException, OperatorException {
        Optional<Identity> stored = stores.identity(ISSUING);
        requireMade(ISSUING, stored, isFirstStart && given.isPresent());
        List<X509Certificate> today = stored.map(Identity::chain).orElse(List.of());
        if (given.isEmpty() || given.get().chain().equals(today)) {
            return stored.orElseThrow();
        }
        if (stored.isPresent() && !stored.get().root().equals(given.get().root())) {
            throw new OperatorException(
                    "the given authority has another root than the one of the first start",
                    "Trackers know this installation by its root; give a chain to the same one.");
        }
        return replaceIssuing(stored, given.get());
    }

    private void requireMade(String name, Optional<Identity> stored, boolean mayBeMissing)
            throws OperatorException {
        if (stored.isEmpty() && !mayBeMissing) {
            throw new OperatorException(
                    stores.path(name) + " is missing", "Restore it from your backup.");
        }
    }

    /**
     * Renews what has less than a third of its life left.
     *
     * @return whether the server's certificate is another one now
     */
    synchronized boolean renew() throws IOException, OperatorException {
        if (isGiven && forge.isStale(issuing.certificate())) {
            LOG.warn(
                    "The given authority ends {}; give its successor under the same root in time",
                    issuing.certificate().getNotAfter().toInstant());
        } else if (forge.isStale(issuing.certificate())) {
            Optional<Identity> rootIdentity = stores.identity(ROOT);
            requireMade(ROOT, rootIdentity, false);
            issuing = freshIssuing(Optional.of(issuing), rootIdentity.orElseThrow());
        }
        Identity before = server;
        server = freshServer(Optional.of(server));
        statement = freshStatement(Optional.of(statement));
        writeTrustStore();
        return !server.certificate().equals(before.certificate());
    }

    private Identity freshIssuing(Optional<Identity> stored, Identity rootIdentity)
            throws IOException, OperatorException {
        return stored.isPresent() && !forge.isStale(stored.get().certificate())
                ? stored.get()
                : replaceIssuing(stored, forge.issuing(rootIdentity));
    }

    /** The one before is kept first: whatever comes between, its list can be signed. */
    private Identity replaceIssuing(Optional<Identity> stored, Identity next)
            throws IOException, OperatorException {
        if (stored.isPresent()) {
            issuingBefore = Optional.of(stores.write(ISSUING_BEFORE, stored.get()));
        }
        return stores.write(ISSUING, next);
    }

    private Identity freshServer(Optional<Identity> stored) throws IOException, OperatorException {
        return isFresh(stored) && names(stored.get().certificate()).equals(wanted(serverNames))
                ? stored.get()
                : stores.write(SERVER, forge.server(issuing, serverNames));
    }

    private Identity freshStatement(Optional<Identity> stored)
            throws IOException, OperatorException {
        return isFresh(stored) ? stored.get() : stores.write(STATEMENT, forge.statement(issuing));
    }

    /** Young enough, and under the issuing CA of today. */
    private boolean isFresh(Optional<Identity> stored) {
        return stored.isPresent()
                && !forge.isStale(stored.get().certificate())
                && stored.get().chain().contains(issuing.certificate());
    }

    private void writeTrustStore() throws IOException, OperatorException {
        var wanted = new ArrayList<X509Certificate>(List.of(root));
        issuing.chain().stream().filter(one -> !one.equals(root)).forEach(wanted::add);
        if (!stores.trusted(TRUST).equals(wanted)) {
            stores.writeTrusted(TRUST, wanted);
        }
    }

    static Set<String> wanted(List<String> serverNames) {
        var wanted = new HashSet<String>();
        for (String name : serverNames) {
            wanted.add(CertificateForge.generalName(name).toString());
        }
        return wanted;
    }

    static Set<String> names(X509Certificate certificate) {
        var names = new HashSet<String>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    var name = String.valueOf(alternative.get(1));
                    names.add(CertificateForge.generalName(name).toString());
                }
            }
        } catch (CertificateParsingException e) {
            throw new IllegalStateException("a certificate of our own cannot be read", e);
        }
        return names;
    }

    X509Certificate root() {
        return root;
    }

    synchronized Identity issuing() {
        return issuing;
    }

    /** Empty where the issuing CA of today is the first. */
    synchronized Optional<Identity> issuingBefore() {
        return issuingBefore;
    }

    synchronized Identity statement() {
        return statement;
    }
}
