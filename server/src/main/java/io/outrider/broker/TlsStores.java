package io.outrider.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;

/**
 * The two key stores of the listener, PKCS #12 or JKS, under one passphrase. The files may be
 * replaced while the broker runs: new connections see the new ones within ten seconds, and the old
 * connections stay.
 */
public final class TlsStores {
    private final Path keyStore;
    private final Path trustStore;
    private final String passphrase;

    /**
     * The stores as the authority made them.
     *
     * @param keyStore the server's private key with its chain, and no other key
     * @param trustStore the authorities whose clients may connect; no others are trusted
     * @param passphrase of both files and of the key: 1 or more of printable ASCII, no space at
     *     either end
     */
    public TlsStores(Path keyStore, Path trustStore, char[] passphrase) {
        this.keyStore = keyStore.toAbsolutePath();
        this.trustStore = trustStore.toAbsolutePath();
        this.passphrase = new String(passphrase);
        if (!this.passphrase.matches("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?")) {
            throw new IllegalArgumentException(
                    "the passphrase of the key stores is not of printable ASCII");
        }
    }

    Path keyStore() {
        return keyStore;
    }

    Path trustStore() {
        return trustStore;
    }

    /** The only way to the passphrase. Rare on purpose: reviewers search for this word. */
    String exposePassphrase() {
        return passphrase;
    }

    /**
     * Refuses stores that the engine would take and misread: without a trust store it would trust
     * every public authority.
     */
    void check() throws BrokerException {
        KeyStore keys = load(keyStore);
        KeyStore anchors = load(trustStore);
        try {
            int keyCount = 0;
            for (String alias : Collections.list(keys.aliases())) {
                keyCount += keys.isKeyEntry(alias) ? 1 : 0;
            }
            if (keyCount != 1) {
                throw new BrokerException(keyStore + " holds " + keyCount + " keys, not one");
            }
            int anchorCount = 0;
            for (String alias : Collections.list(anchors.aliases())) {
                anchorCount += anchors.isCertificateEntry(alias) ? 1 : 0;
            }
            if (anchorCount == 0) {
                throw new BrokerException(trustStore + " holds no authority");
            }
        } catch (GeneralSecurityException e) {
            throw new BrokerException("the key stores cannot be read", e);
        }
    }

    private KeyStore load(Path file) throws BrokerException {
        try (var in = Files.newInputStream(file)) {
            // The type that the engine asks for; the JDK reads PKCS #12 under this name, too.
            var store = KeyStore.getInstance("JKS");
            store.load(in, passphrase.toCharArray());
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new BrokerException(file + " cannot be opened as a key store", e);
        }
    }

    @Override
    public String toString() {
        return "TlsStores(" + keyStore + ", " + trustStore + ")";
    }
}
