package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * What a client connects with, in a directory of its operator: {@code NAME.key}, made here and
 * readable by its owner only, {@code NAME.pem} and {@code ca.pem}.
 */
final class ClientFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final Path directory;
    private final String name;
    private final KeyPair keys;
    private final boolean isKeyNew;

    private ClientFiles(Path directory, String name, KeyPair keys, boolean isKeyNew) {
        this.directory = directory;
        this.name = name;
        this.keys = keys;
        this.isKeyNew = isKeyNew;
    }

    /**
     * Makes a key and writes it.
     *
     * @throws OperatorException where a file of this client is there already, or none can be
     *     written
     */
    static ClientFiles create(Path directory, String name) throws OperatorException {
        for (String ending : List.of(".key", ".pem")) {
            Path file = directory.resolve(name + ending);
            if (Files.exists(file)) {
                throw new OperatorException(
                        file + " is there already; nothing was changed",
                        "Give another --out DIR, or renew it: ./outrider client renew " + name);
            }
        }
        return withNewKey(directory, name);
    }

    /** The key that is there, or a new one where there is none. */
    static ClientFiles openOrCreate(Path directory, String name) throws OperatorException {
        Path file = directory.resolve(name + ".key");
        if (!Files.exists(file)) {
            return withNewKey(directory, name);
        }
        try {
            return new ClientFiles(directory, name, ClientKey.parse(Files.readString(file)), false);
        } catch (IOException | GeneralSecurityException e) {
            throw new OperatorException(
                    "cannot read " + file + " (" + e.getMessage() + ")",
                    "It must hold a P-256 key in PKCS #8, as PEM; or move it away for a new one.",
                    e);
        }
    }

    private static ClientFiles withNewKey(Path directory, String name) throws OperatorException {
        KeyPair keys = ClientKey.generate();
        Path file = directory.resolve(name + ".key");
        byte[] pem = ClientKey.format(keys);
        try {
            Files.createDirectories(directory);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.write(file, pem, StandardOpenOption.WRITE);
            return new ClientFiles(directory, name, keys, true);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot write " + file + " (" + e.getMessage() + ")",
                    "Give a directory that you may write to: --out DIR",
                    e);
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
    }

    /** PKCS #10 (RFC 2986), as PEM. */
    String request() {
        try {
            byte[] der =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Name("CN=" + name), keys.getPublic())
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(keys.getPrivate()))
                            .getEncoded();
            return ClientKey.pem("CERTIFICATE REQUEST", der);
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("a key of P-256 signs its own request", e);
        }
    }

    /** Undoes {@link #create}, where no certificate came for the key. */
    void discard() {
        if (isKeyNew) {
            try {
                Files.deleteIfExists(directory.resolve(name + ".key"));
            } catch (IOException e) {
                // A key without a certificate opens nothing, and the error that led here is told.
                return;
            }
        }
    }

    /**
     * Writes what the server gave.
     *
     * @return what there is now, in the order in which a tool wants it: authority, certificate, key
     */
    List<Path> write(String certificates, String authority) throws OperatorException {
        Path chain = directory.resolve(name + ".pem");
        replace(chain, certificates);
        var files = new ArrayList<Path>();
        files.add(writeAuthority(directory, name, authority));
        files.add(chain);
        files.add(directory.resolve(name + ".key"));
        return files;
    }

    /** Writes {@code ca.pem}; where another's is there under this name, beside it. */
    static Path writeAuthority(Path directory, String name, String authority)
            throws OperatorException {
        Path file = directory.resolve("ca.pem");
        try {
            Files.createDirectories(directory);
            if (Files.exists(file)) {
                if (Files.readString(file).equals(authority)) {
                    return file;
                }
                file = directory.resolve(name + ".ca.pem");
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read " + file + " (" + e.getMessage() + ")",
                    "Give another --out DIR.",
                    e);
        }
        replace(file, authority);
        return file;
    }

    private static void replace(Path file, String text) throws OperatorException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(draft, text.getBytes(StandardCharsets.US_ASCII));
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot write " + file + " (" + e.getMessage() + ")",
                    "The certificate was made; get another: ./outrider client renew NAME --out DIR",
                    e);
        }
    }
}
