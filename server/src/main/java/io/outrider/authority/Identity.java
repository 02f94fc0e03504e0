package io.outrider.authority;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with its certificate and what leads from there to the root, which is the last.
 *
 * @param chain at least one certificate, that of the key first
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
    Identity {
        chain = List.copyOf(chain);
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    X509Certificate root() {
        return chain.getLast();
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "Identity(" + certificate().getSubjectX500Principal() + ")";
    }
}
