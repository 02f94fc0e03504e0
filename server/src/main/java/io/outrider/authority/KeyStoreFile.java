package io.outrider.authority;

import io.outrider.keys.OperatorException;
import io.outrider.seal.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;

/**
 * A PKCS #12 file for a listener, with the password of that file alone.
 *
 * @param password ASCII; whoever takes this object closes it
 */
public record KeyStoreFile(Path file, Secret password) implements AutoCloseable {

    /** The file's content now. Its key, if it has one, is under the same password. */
    public KeyStore load() throws IOException, OperatorException {
        char[] characters = passwordCharacters();
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, characters);
            return store;
        } catch (GeneralSecurityException e) {
            throw new OperatorException(file + " is damaged", "Restore it from your backup.", e);
        } finally {
            Arrays.fill(characters, ' ');
        }
    }

    /** For what takes no Secret; the caller wipes it. */
    public char[] passwordCharacters() {
        return Stores.characters(password);
    }

    @Override
    public void close() {
        password.close();
    }
}
