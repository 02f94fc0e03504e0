package io.outrider.bench;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of the bench's own: for Mosquitto's certificate, and for strangers. P-256. */
final class Ca {
    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys = newKeyPair();
    private final String name;
    private final X509Certificate root;

    Ca(String name) {
        this.name = "CN=" + name;
        this.root = certificate(this.name, keys, true, KeyPurposeId.anyExtendedKeyUsage);
    }

    X509Certificate root() {
        return root;
    }

    Member server() {
        KeyPair own = newKeyPair();
        return new Member(
                "localhost",
                own.getPrivate(),
                List.of(certificate("CN=localhost", own, false, KeyPurposeId.id_kp_serverAuth)));
    }

    Member client(String clientId) {
        KeyPair own = newKeyPair();
        return new Member(
                clientId,
                own.getPrivate(),
                List.of(certificate("CN=" + clientId, own, false, KeyPurposeId.id_kp_clientAuth)));
    }

    static KeyPair newKeyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is part of every JDK", e);
        }
    }

    static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate without an encoding", e);
        }
    }

    static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(what, Base64.getMimeEncoder().encodeToString(der), what);
    }

    private X509Certificate certificate(
            String subject, KeyPair own, boolean isAuthority, KeyPurposeId usage) {
        Instant now = Instant.now();
        var builder =
                new X509v3CertificateBuilder(
                        new X500Name(name),
                        new BigInteger(120, RANDOM),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(LIFETIME)),
                        new X500Name(subject),
                        SubjectPublicKeyInfo.getInstance(own.getPublic().getEncoded()));
        try {
            builder.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (!isAuthority) {
                builder.addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate cannot be made", e);
        }
    }
}
