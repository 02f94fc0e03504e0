package io.outrider.authority;

import io.outrider.seal.KeyStatement;
import io.outrider.topic.TrackerId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes the kinds of certificates of an installation (RFC 5280), for keys of P-256 but where
 * somebody else has made the key, or an old modem has to verify it. Keeps nothing. Safe for use by
 * many threads.
 */
final class CertificateForge {
    static final Duration ROOT_LIFETIME = Duration.ofDays(3_652);
    static final Duration ISSUING_LIFETIME = Duration.ofDays(1_095);
    static final Duration STATEMENT_LIFETIME = Duration.ofDays(365);
    static final Duration SERVER_LIFETIME = Duration.ofDays(90);
    static final Duration TRACKER_LIFETIME = Duration.ofDays(90);
    static final Duration CLIENT_LIFETIME = Duration.ofDays(90);

    /** For clocks that are slow: a certificate is valid from a little before it is made. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final int SERIAL_BITS = 128;
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** A name that can be a tracker's, for certificates that nobody ever sees. */
    private static final TrackerId NOBODY = new TrackerId("trial", "trial");

    private final String installation;
    private final SecureRandom random;
    private final InstantSource clock;

    CertificateForge(String installation, SecureRandom random, InstantSource clock) {
        this.installation = installation;
        this.random = random;
        this.clock = clock;
    }

    Identity root() {
        return root(newKeyPair(), "Outrider root CA", 1);
    }

    /** Of RSA, and for the server's certificate on the listener for old modems alone. */
    Identity legacyRoot() {
        return root(newRsaKeyPair(), "Outrider legacy root CA", 0);
    }

    private Identity root(KeyPair pair, String commonName, int authoritiesBelow) {
        X500Name name = name(commonName);
        var constraints = new BasicConstraints(authoritiesBelow);
        var self = new Signer(pair.getPrivate(), pair.getPublic(), name, now().plus(ROOT_LIFETIME));
        X509Certificate certificate =
                certificate(
                        self,
                        name,
                        pair.getPublic(),
                        ROOT_LIFETIME,
                        builder -> {
                            add(builder, Extension.basicConstraints, true, constraints);
                            add(builder, Extension.keyUsage, true, caUsage());
                        });
        return new Identity(pair.getPrivate(), List.of(certificate));
    }

    /** May sign leaves only, and none that has a URI of another installation. */
    Identity issuing(Identity root) {
        KeyPair pair = newKeyPair();
        var permitted =
                new GeneralSubtree(
                        new GeneralName(GeneralName.uniformResourceIdentifier, installation));
        var constraints = new NameConstraints(new GeneralSubtree[] {permitted}, null);
        String keyName = HexFormat.of().formatHex(keyIdentifier(pair.getPublic()), 0, 4);
        X509Certificate certificate =
                certificate(
                        Signer.of(root),
                        name("Outrider issuing CA " + keyName),
                        pair.getPublic(),
                        ISSUING_LIFETIME,
                        builder -> {
                            add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
                            add(builder, Extension.keyUsage, true, caUsage());
                            add(builder, Extension.nameConstraints, true, constraints);
                        });
        return new Identity(pair.getPrivate(), chain(certificate, root));
    }

    /**
     * @param names host names and addresses under which the server is reached
     */
    Identity server(Identity issuing, List<String> names) {
        return server(issuing, newKeyPair(), names);
    }

    Identity legacyServer(Identity legacyRoot, List<String> names) {
        return server(legacyRoot, newRsaKeyPair(), names);
    }

    private Identity server(Identity issuing, KeyPair pair, List<String> names) {
        var alternatives =
                names.stream().map(CertificateForge::generalName).toArray(GeneralName[]::new);
        X509Certificate certificate =
                leaf(
                        issuing,
                        name("Outrider server"),
                        pair.getPublic(),
                        SERVER_LIFETIME,
                        KeyPurposeId.id_kp_serverAuth,
                        alternatives);
        return new Identity(pair.getPrivate(), chain(certificate, issuing));
    }

    /** What signs key statements, and nothing else. */
    Identity statement(Identity issuing) {
        KeyPair pair = newKeyPair();
        var usage = KeyPurposeId.getInstance(new ASN1ObjectIdentifier(KeyStatement.SIGNER_USAGE));
        X509Certificate certificate =
                leaf(
                        issuing,
                        name("Outrider key statements"),
                        pair.getPublic(),
                        STATEMENT_LIFETIME,
                        usage);
        return new Identity(pair.getPrivate(), chain(certificate, issuing));
    }

    X509Certificate tracker(Identity issuing, TrackerId id, PublicKey key) {
        X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, id.toString()).build();
        var uri = new GeneralName(GeneralName.uniformResourceIdentifier, id.uri(installation));
        return leaf(issuing, subject, key, TRACKER_LIFETIME, KeyPurposeId.id_kp_clientAuth, uri);
    }

    X509Certificate client(Identity issuing, String name, PublicKey key) {
        X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, name).build();
        var uri =
                new GeneralName(
                        GeneralName.uniformResourceIdentifier,
                        "spiffe://" + installation + "/client/" + name);
        return leaf(issuing, subject, key, CLIENT_LIFETIME, KeyPurposeId.id_kp_clientAuth, uri);
    }

    /** As a tracker's would be, to see what it is worth; its private key is gone. */
    X509Certificate trialTracker(Identity issuing) {
        return tracker(issuing, NOBODY, newKeyPair().getPublic());
    }

    private X509Certificate leaf(
            Identity issuing,
            X500Name subject,
            PublicKey key,
            Duration lifetime,
            KeyPurposeId usage,
            GeneralName... alternatives) {
        return certificate(
                Signer.of(issuing),
                subject,
                key,
                lifetime,
                builder -> {
                    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
                    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    add(builder, Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
                    if (alternatives.length > 0) {
                        var names = new GeneralNames(alternatives);
                        add(builder, Extension.subjectAlternativeName, false, names);
                    }
                });
    }

    /** Adds what one kind of certificate has beyond the others. */
    private interface Extras {
        void addTo(X509v3CertificateBuilder builder);
    }

    private X509Certificate certificate(
            Signer signer, X500Name subject, PublicKey key, Duration lifetime, Extras extras) {
        Instant end = now().plus(lifetime);
        Instant notAfter = end.isBefore(signer.notAfter) ? end : signer.notAfter;
        var builder =
                new X509v3CertificateBuilder(
                        signer.name,
                        newSerial(),
                        Date.from(now().minus(BACKDATED)),
                        Date.from(notAfter),
                        subject,
                        SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        try {
            var utilities = new JcaX509ExtensionUtils();
            add(
                    builder,
                    Extension.authorityKeyIdentifier,
                    false,
                    utilities.createAuthorityKeyIdentifier(signer.publicKey));
            add(
                    builder,
                    Extension.subjectKeyIdentifier,
                    false,
                    utilities.createSubjectKeyIdentifier(key));
            extras.addTo(builder);
            var contentSigner =
                    new JcaContentSignerBuilder(signature(signer.publicKey))
                            .setSecureRandom(random)
                            .build(signer.privateKey);
            return new JcaX509CertificateConverter().getCertificate(builder.build(contentSigner));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate cannot be made", e);
        }
    }

    /** Whose name stands under a certificate, and how long that is worth anything. */
    private record Signer(
            PrivateKey privateKey, PublicKey publicKey, X500Name name, Instant notAfter) {
        static Signer of(Identity identity) {
            X509Certificate certificate = identity.certificate();
            return new Signer(
                    identity.key(),
                    certificate.getPublicKey(),
                    // As it is encoded, for issuer and subject have to be the same bytes.
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    certificate.getNotAfter().toInstant());
        }
    }

    private static void add(
            X509v3CertificateBuilder builder,
            ASN1ObjectIdentifier extension,
            boolean critical,
            ASN1Encodable value) {
        try {
            builder.addExtension(extension, critical, value);
        } catch (CertIOException e) {
            throw new IllegalStateException("an extension cannot be encoded", e);
        }
    }

    private static List<X509Certificate> chain(X509Certificate certificate, Identity signer) {
        var chain = new ArrayList<X509Certificate>();
        chain.add(certificate);
        chain.addAll(signer.chain());
        return chain;
    }

    private X500Name name(String commonName) {
        return new X500NameBuilder()
                .addRDN(BCStyle.O, installation)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    static GeneralName generalName(String name) {
        boolean isAddress = IPV4.matcher(name).matches() || name.indexOf(':') >= 0;
        return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static KeyUsage caUsage() {
        return new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    /** How this key signs; what the key cannot carry is not offered. */
    static String signature(PublicKey key) {
        if (key instanceof ECPublicKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return bits <= 256
                    ? "SHA256withECDSA"
                    : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA";
        }
        return "SHA256withRSA";
    }

    private static byte[] keyIdentifier(PublicKey key) {
        try {
            return new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key).getKeyIdentifier();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-1 is part of every JDK", e);
        }
    }

    private KeyPair newKeyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is part of every JDK", e);
        }
    }

    /** What every modem of the last fifteen years can do; good enough until 2030 (SP 800-131A). */
    private KeyPair newRsaKeyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA is part of every JDK", e);
        }
    }

    /** Random, positive, and not worth guessing. */
    private BigInteger newSerial() {
        BigInteger serial = new BigInteger(SERIAL_BITS, random);
        return serial.signum() == 0 ? newSerial() : serial;
    }

    private Instant now() {
        return clock.instant();
    }

    /** Whether a certificate has more than two thirds of its life behind it, or none of it. */
    boolean isStale(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        Duration third = Duration.between(from, until).dividedBy(3);
        return now().isBefore(from) || now().isAfter(until.minus(third));
    }
}
