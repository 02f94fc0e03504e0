package io.outrider.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;

/**
 * The two key stores of the listener, PKCS #12 or JKS, each under its own passphrase. The files may
 * be replaced while the broker runs: new connections see the new ones within ten seconds, and the
 * old connections stay.
 */
public final class TlsStores {
    private final Path keyStore;
    private final Path trustStore;
    private final String keyPassphrase;
    private final String trustPassphrase;

    /**
     * The stores as the authority made them. Passphrases are 1 or more of printable ASCII, no space
     * at either end.
     *
     * @param keyStore the server's private key with its chain, and no other key
     * @param keyPassphrase of the file and of the key in it
     * @param trustStore the authorities whose clients may connect; no others are trusted
     */
    public TlsStores(Path keyStore, char[] keyPassphrase, Path trustStore, char[] trustPassphrase) {
        this.keyStore = keyStore.toAbsolutePath();
        this.keyPassphrase = checked(keyPassphrase);
        this.trustStore = trustStore.toAbsolutePath();
        this.trustPassphrase = checked(trustPassphrase);
    }

    private static String checked(char[] characters) {
        var passphrase = new String(characters);
        if (!passphrase.matches("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?")) {
            throw new IllegalArgumentException(
                    "the passphrase of a key store is not of printable ASCII");
        }
        return passphrase;
    }

    Path keyStore() {
        return keyStore;
    }

    Path trustStore() {
        return trustStore;
    }

    /** The only way to the passphrase. Rare on purpose: reviewers search for this word. */
    String exposeKeyPassphrase() {
        return keyPassphrase;
    }

    /**
     * Refuses stores that could be misread: which of two keys to show, or whom to trust where no
     * authority is named.
     */
    void check() throws BrokerException {
        KeyStore keys = keys();
        KeyStore anchors = anchors();
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

    KeyStore keys() throws BrokerException {
        return load(keyStore, keyPassphrase);
    }

    KeyStore anchors() throws BrokerException {
        return load(trustStore, trustPassphrase);
    }

    private static KeyStore load(Path file, String passphrase) throws BrokerException {
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
