package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Somebody else's authority, made by openssl: each certificate is NAME.crt in the folder, its key
 * NAME.key, those above it NAME.chain.
 */
record OpensslAuthority(Path directory) {
    private static final String AUTHORITY =
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign";

    void root(String name, String... extensions) throws IOException, InterruptedException {
        make(name, "-signkey %s.key".formatted(name), AUTHORITY, extensions);
        Files.writeString(directory.resolve(name + ".chain"), "");
    }

    void authority(String name, String issuer, String... extensions)
            throws IOException, InterruptedException {
        below(name, issuer, AUTHORITY, extensions);
    }

    void leaf(String name, String issuer, String... extensions)
            throws IOException, InterruptedException {
        below(name, issuer, "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth", extensions);
    }

    private void below(String name, String issuer, String usual, String... extensions)
            throws IOException, InterruptedException {
        make(name, "-CA %1$s.crt -CAkey %1$s.key".formatted(issuer), usual, extensions);
        Files.writeString(
                directory.resolve(name + ".chain"),
                Files.readString(directory.resolve(issuer + ".crt"))
                        + Files.readString(directory.resolve(issuer + ".chain")));
    }

    /** An extension in the place of a usual one of the same name replaces it. */
    private void make(String name, String issuer, String usual, String... extensions)
            throws IOException, InterruptedException {
        var text = new StringBuilder();
        for (String line : usual.lines().toList()) {
            String key = line.substring(0, line.indexOf('='));
            boolean isReplaced = false;
            for (String extension : extensions) {
                isReplaced |= extension.startsWith(key + "=");
            }
            text.append(isReplaced ? "" : line + "\n");
        }
        for (String extension : extensions) {
            text.append(extension).append('\n');
        }
        Files.writeString(directory.resolve(name + ".ext"), text);
        Tool.Result made =
                Tool.SHELL.run(
                        directory,
                        "-c",
                        """
                        cd %1$s && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                        -keyout %2$s.key -out %2$s.csr -subj "/CN=%2$s" && openssl x509 -req -sha256 \
                        -in %2$s.csr %3$s -days 2 -extfile %2$s.ext -out %2$s.crt\
                        """
                                .formatted(directory, name, issuer));
        assertThat(made.status()).as(made.output()).isZero();
    }

    X509Certificate certificate(String name) throws IOException {
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".crt"))) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }
}
