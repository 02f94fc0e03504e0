package io.outrider.authority;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The certificate of the listener for old modems: RSA throughout, under a root of its own, because
 * they can verify nothing else. Made when it is first asked for. Guarded by its own monitor.
 */
final class LegacyCredentials {
    static final String ROOT = "legacy-root";
    static final String SERVER = "legacy-server";

    private final Stores stores;
    private final CertificateForge forge;
    private final List<String> names;

    LegacyCredentials(Stores stores, CertificateForge forge, List<String> names) {
        this.stores = stores;
        this.forge = forge;
        this.names = List.copyOf(names);
    }

    /** Makes what is missing, renews the server's when a third of its life is left. */
    synchronized void refresh() throws IOException, OperatorException {
        Optional<Identity> stored = stores.identity(SERVER);
        Optional<Identity> storedRoot = stores.identity(ROOT);
        if (storedRoot.isEmpty() && stored.isPresent()) {
            throw new OperatorException(
                    stores.path(ROOT) + " is missing", "Restore it from your backup.");
        }
        Identity root =
                storedRoot.isPresent() ? storedRoot.get() : stores.write(ROOT, forge.legacyRoot());
        if (stored.isEmpty()
                || forge.isStale(stored.get().certificate())
                || !Credentials.names(stored.get().certificate())
                        .equals(Credentials.wanted(names))) {
            stores.write(SERVER, forge.legacyServer(root, names));
        }
    }

    /** Where there is one, that is where it was ever asked for. */
    synchronized void renew() throws IOException, OperatorException {
        if (stores.identity(SERVER).isPresent()) {
            refresh();
        }
    }

    /** What old modems have to be given to believe. */
    synchronized X509Certificate root() throws IOException, OperatorException {
        return stores.identity(ROOT)
                .orElseThrow(() -> new IllegalStateException("it is not made yet"))
                .certificate();
    }
}
