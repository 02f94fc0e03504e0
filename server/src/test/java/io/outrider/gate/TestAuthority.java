package io.outrider.gate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests that signs whatever it is asked to, right or wrong. */
public final class TestAuthority {
    public static final String INSTALLATION = "test.example";
    public static final char[] PASSPHRASE = "a <passphrase> & more".toCharArray();
    public static final char[] TRUST_PASSPHRASE = "another ${passphrase}".toCharArray();

    private final KeyPair key = newKey();
    private final X509Certificate root;

    public TestAuthority(String name) {
        this.root = sign(new Request("CN=" + name).asAuthority(), key, key.getPrivate(), name);
    }

    /** A private key with its certificate. */
    public record Credential(KeyPair key, X509Certificate certificate) {
        public KeyHash keyHash() {
            return KeyHash.of(key.getPublic());
        }

        /** A PKCS #12 store with the key and its chain. */
        public Path writeStore(Path file, X509Certificate... issuers) {
            var chain = new ArrayList<Certificate>(List.of(certificate));
            chain.addAll(List.of(issuers));
            return write(
                    file,
                    PASSPHRASE,
                    store ->
                            store.setKeyEntry(
                                    "key",
                                    key.getPrivate(),
                                    PASSPHRASE,
                                    chain.toArray(Certificate[]::new)));
        }

        /** Certificate and key in PEM, as command-line tools want them. */
        public Path writePem(Path directory, String name) {
            try {
                Files.writeString(
                        directory.resolve(name + ".crt"), pem("CERTIFICATE", encoded(certificate)));
                Files.writeString(
                        directory.resolve(name + ".key"),
                        pem("PRIVATE KEY", key.getPrivate().getEncoded()));
                return directory.resolve(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What stands in a certificate. Begins as a valid tracker's; tests spoil one thing. */
    public static final class Request {
        private final String subject;
        private final List<GeneralName> names = new ArrayList<>();
        private final List<KeyPurposeId> purposes = new ArrayList<>();
        private Instant from = Instant.now().minus(Duration.ofHours(1));
        private Instant until = Instant.now().plus(Duration.ofDays(1));
        private boolean authority;

        public Request(String subject) {
            this.subject = subject;
        }

        public static Request tracker(String id) {
            int dot = id.indexOf('.');
            return new Request("CN=" + id)
                    .uri(
                            "spiffe://%s/fleet/%s/tracker/%s"
                                    .formatted(
                                            INSTALLATION,
                                            id.substring(0, dot),
                                            id.substring(dot + 1)))
                    .purpose(KeyPurposeId.id_kp_clientAuth);
        }

        public static Request client(String name) {
            return new Request("CN=" + name)
                    .uri("spiffe://%s/client/%s".formatted(INSTALLATION, name))
                    .purpose(KeyPurposeId.id_kp_clientAuth);
        }

        public Request uri(String uri) {
            return name(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        }

        public Request name(GeneralName name) {
            names.add(name);
            return this;
        }

        public Request purpose(KeyPurposeId purpose) {
            purposes.add(purpose);
            return this;
        }

        public Request valid(Instant first, Instant last) {
            from = first;
            until = last;
            return this;
        }

        public Request asAuthority() {
            authority = true;
            return this;
        }
    }

    public X509Certificate root() {
        return root;
    }

    public Credential issue(Request request) {
        return issue(request, newKey());
    }

    public Credential issue(Request request, KeyPair subjectKey) {
        String issuer = root.getSubjectX500Principal().getName().substring("CN=".length());
        return new Credential(subjectKey, sign(request, subjectKey, key.getPrivate(), issuer));
    }

    public Credential tracker(String id) {
        return issue(Request.tracker(id));
    }

    public Credential client(String name) {
        return issue(Request.client(name));
    }

    /** For a server on loopback. */
    public Credential server() {
        return issue(
                new Request("CN=localhost")
                        .name(new GeneralName(GeneralName.dNSName, "localhost"))
                        .name(new GeneralName(GeneralName.iPAddress, "127.0.0.1"))
                        .purpose(KeyPurposeId.id_kp_serverAuth));
    }

    /** A PKCS #12 store that trusts this authority. */
    public Path writeTrustStore(Path file) {
        return write(file, TRUST_PASSPHRASE, store -> store.setCertificateEntry("root", root));
    }

    /** A revocation list of now, in the place of any that was there. */
    public void writeRevocations(Path file, X509Certificate... revoked) {
        writeRevocations(file, Instant.now().plus(Duration.ofDays(1)), revoked);
    }

    /** The same with its end, to the second. */
    public void writeRevocations(Path file, Instant nextUpdate, X509Certificate... revoked) {
        try {
            Instant now = Instant.now();
            var builder = new JcaX509v2CRLBuilder(root, Date.from(now.minusSeconds(60)));
            builder.setNextUpdate(Date.from(nextUpdate));
            for (X509Certificate one : revoked) {
                builder.addCRLEntry(one.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
            Files.write(file, builder.build(signer).getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    public Path writePem(Path file) {
        try {
            return Files.writeString(file, pem("CERTIFICATE", encoded(root)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static KeyPair newKey() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate sign(
            Request request, KeyPair subjectKey, PrivateKey issuerKey, String issuer) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + issuer),
                            new BigInteger(64, new SecureRandom()).add(BigInteger.ONE),
                            Date.from(request.from),
                            Date.from(request.until),
                            new X500Name(request.subject),
                            subjectKey.getPublic());
            if (request.authority) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            }
            if (!request.names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(request.names.toArray(GeneralName[]::new)));
            }
            if (!request.purposes.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage,
                        false,
                        new ExtendedKeyUsage(request.purposes.toArray(KeyPurposeId[]::new)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    private interface Filling {
        void fill(KeyStore store) throws GeneralSecurityException;
    }

    private static Path write(Path file, char[] passphrase, Filling filling) {
        try (var out = Files.newOutputStream(file)) {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            filling.fill(store);
            store.store(out, passphrase);
            return file;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String what, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(what, text);
    }
}
