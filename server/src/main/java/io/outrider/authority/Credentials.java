package io.outrider.authority;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
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
    static final String SERVER = "server";
    static final String STATEMENT = "statement";
    static final String TRUST = "trust";

    private final Stores stores;
    private final CertificateForge forge;
    private final List<String> serverNames;
    private final X509Certificate root;
    private Identity issuing;
    private Identity server;
    private Identity statement;

    /**
     * @param isFirstStart whether a missing CA is made; later it is only ever missed
     */
    Credentials(
            Stores stores, CertificateForge forge, List<String> serverNames, boolean isFirstStart)
            throws IOException, OperatorException {
        this.stores = stores;
        this.forge = forge;
        this.serverNames = List.copyOf(serverNames);
        Optional<Identity> storedRoot = stores.identity(ROOT);
        Optional<Identity> storedIssuing = stores.identity(ISSUING);
        // Each is written before the next: one that is missing below another has been lost.
        requireMade(ROOT, storedRoot, isFirstStart && storedIssuing.isEmpty());
        requireMade(ISSUING, storedIssuing, isFirstStart);
        Identity rootIdentity =
                storedRoot.isPresent() ? storedRoot.get() : save(ROOT, forge.root());
        this.root = rootIdentity.certificate();
        this.issuing = freshIssuing(storedIssuing, rootIdentity);
        this.server = freshServer(stores.identity(SERVER));
        this.statement = freshStatement(stores.identity(STATEMENT));
        writeTrustStore();
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
        if (forge.isStale(issuing.certificate())) {
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
                : save(ISSUING, forge.issuing(rootIdentity));
    }

    private Identity freshServer(Optional<Identity> stored) throws IOException, OperatorException {
        return isFresh(stored) && names(stored.get().certificate()).equals(wantedNames())
                ? stored.get()
                : save(SERVER, forge.server(issuing, serverNames));
    }

    private Identity freshStatement(Optional<Identity> stored)
            throws IOException, OperatorException {
        return isFresh(stored) ? stored.get() : save(STATEMENT, forge.statement(issuing));
    }

    /** Young enough, and under the issuing CA of today. */
    private boolean isFresh(Optional<Identity> stored) {
        return stored.isPresent()
                && !forge.isStale(stored.get().certificate())
                && stored.get().chain().contains(issuing.certificate());
    }

    private Identity save(String name, Identity made) throws IOException, OperatorException {
        stores.write(name, made);
        X509Certificate certificate = made.certificate();
        LOG.info(
                "Made certificate '{}', valid until {}",
                certificate.getSubjectX500Principal(),
                certificate.getNotAfter().toInstant());
        return made;
    }

    private void writeTrustStore() throws IOException, OperatorException {
        var wanted = List.of(root, issuing.certificate());
        if (!stores.trusted(TRUST).equals(wanted)) {
            stores.writeTrusted(TRUST, wanted);
        }
    }

    private Set<String> wantedNames() {
        var wanted = new HashSet<String>();
        for (String name : serverNames) {
            wanted.add(CertificateForge.generalName(name).toString());
        }
        return wanted;
    }

    private static Set<String> names(X509Certificate certificate) {
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

    synchronized Identity statement() {
        return statement;
    }
}
