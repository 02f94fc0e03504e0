package io.outrider.authority;

import io.outrider.keys.KeyMaterial;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.keys.OperatorException;
import io.outrider.seal.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PKCS #12 files (RFC 7292) of the directory {@code keys}, each under a password of its own.
 */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

    private static final String ALIAS = "outrider";

    private final KeyMaterial keys;

    Stores(KeyMaterial keys) {
        this.keys = keys;
    }

    Path path(String name) {
        return keys.directory().resolve(file(name));
    }

    /** The password of a store that exists; to be closed by the caller. */
    Secret password(String name) throws OperatorException {
        try {
            return keys.passwords().get(file(name)).orElseThrow(() -> unopened(name, null));
        } catch (KeyUnavailableException e) {
            throw unopened(name, e);
        }
    }

    /** Whose key the store holds; empty where there is no such file. */
    Optional<Identity> identity(String name) throws IOException, OperatorException {
        Optional<KeyStore> store = load(name);
        if (store.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(withPassword(name, password -> identity(store.get(), name, password)));
    }

    private Identity identity(KeyStore store, String name, char[] password)
            throws GeneralSecurityException, OperatorException {
        Certificate[] chain = store.getCertificateChain(ALIAS);
        if (chain == null || !(store.getKey(ALIAS, password) instanceof PrivateKey key)) {
            throw damaged(name, null);
        }
        return new Identity(key, Arrays.stream(chain).map(X509Certificate.class::cast).toList());
    }

    /** The store as TLS wants it; empty where there is no such file. */
    Optional<KeyStore> load(String name) throws IOException, OperatorException {
        Optional<byte[]> content = keys.directory().read(file(name));
        if (content.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                withPassword(
                        name,
                        password -> {
                            KeyStore store = KeyStore.getInstance("PKCS12");
                            store.load(new ByteArrayInputStream(content.get()), password);
                            return store;
                        }));
    }

    /** The certificates that were written to be trusted; none where there is no such file. */
    List<X509Certificate> trusted(String name) throws IOException, OperatorException {
        Optional<KeyStore> store = load(name);
        var certificates = new ArrayList<X509Certificate>();
        try {
            while (store.isPresent()
                    && store.get().getCertificate(trustedAlias(certificates.size()))
                            instanceof X509Certificate certificate) {
                certificates.add(certificate);
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a store that was loaded is not loaded", e);
        }
        return certificates;
    }

    /** Keeps what was just made, says so, and gives it back. */
    Identity write(String name, Identity identity) throws IOException, OperatorException {
        write(
                name,
                (store, password) ->
                        store.setKeyEntry(
                                ALIAS,
                                identity.key(),
                                password,
                                identity.chain().toArray(Certificate[]::new)));
        X509Certificate certificate = identity.certificate();
        LOG.info(
                "Made certificate '{}', valid until {}",
                certificate.getSubjectX500Principal(),
                certificate.getNotAfter().toInstant());
        return identity;
    }

    /** Writes certificates to be trusted, without any key. */
    void writeTrusted(String name, List<X509Certificate> certificates)
            throws IOException, OperatorException {
        write(
                name,
                (store, _) -> {
                    for (int i = 0; i < certificates.size(); i++) {
                        store.setCertificateEntry(trustedAlias(i), certificates.get(i));
                    }
                });
    }

    /** Puts entries into a new store. */
    private interface Filler {
        void fill(KeyStore store, char[] password) throws KeyStoreException;
    }

    private void write(String name, Filler filler) throws IOException, OperatorException {
        try (Secret password = keys.passwords().getOrCreate(file(name))) {
            char[] characters = characters(password);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            filler.fill(store, characters);
            var content = new ByteArrayOutputStream();
            store.store(content, characters);
            Arrays.fill(characters, ' ');
            keys.directory().write(file(name), content.toByteArray());
        } catch (KeyUnavailableException e) {
            throw new OperatorException(
                    "no password for %s: %s".formatted(path(name), e.getMessage()),
                    "Restore the whole directory from one backup.",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PKCS #12 is part of every JDK", e);
        }
    }

    /** What is done with a store that needs its password. */
    private interface Use<T> {
        T with(char[] password) throws IOException, GeneralSecurityException, OperatorException;
    }

    private <T> T withPassword(String name, Use<T> use) throws OperatorException {
        try (Secret password = password(name)) {
            char[] characters = characters(password);
            try {
                return use.with(characters);
            } finally {
                Arrays.fill(characters, ' ');
            }
        } catch (IOException | GeneralSecurityException e) {
            // The JDK tells a file that it cannot parse from one that it cannot decrypt by words.
            throw damaged(name, e);
        }
    }

    static char[] characters(Secret password) {
        return password.exposeTo(
                bytes -> new String(bytes, StandardCharsets.US_ASCII).toCharArray());
    }

    private static String trustedAlias(int number) {
        return ALIAS + "-" + number;
    }

    private static String file(String name) {
        return name + ".p12";
    }

    private OperatorException damaged(String name, @Nullable Exception e) {
        return new OperatorException(path(name) + " is damaged", "Restore it from your backup.", e);
    }

    private OperatorException unopened(String name, @Nullable Exception e) {
        return new OperatorException(
                path(name) + " belongs to other keys than keys.db beside it",
                "Restore the whole directory " + keys.directory().path() + " from one backup.",
                e);
    }
}
