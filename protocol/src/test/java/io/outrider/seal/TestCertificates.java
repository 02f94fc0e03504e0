package io.outrider.seal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority for tests: a root, an issuing CA under it, and leaves. */
final class TestCertificates {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2046-01-01T00:00:00Z");
    private static final String SERVER_USAGE = "1.3.6.1.5.5.7.3.1";

    final TestKey rootKey;
    final TestKey issuingKey;
    final TestKey signerKey;
    final X509Certificate root;
    final X509Certificate issuing;

    TestCertificates(String name) throws Exception {
        this.rootKey = TestKey.signing(name + " root");
        this.issuingKey = TestKey.signing(name + " issuing");
        this.signerKey = TestKey.signing(name + " signer");
        this.root = authority(name + " root", rootKey, name + " root", rootKey);
        this.issuing = authority(name + " issuing", issuingKey, name + " root", rootKey);
    }

    X509Certificate signer() throws Exception {
        return leaf(KeyStatement.SIGNER_USAGE, FROM, UNTIL);
    }

    X509Certificate server() throws Exception {
        return leaf(SERVER_USAGE, FROM, UNTIL);
    }

    X509Certificate signerUntil(Instant until) throws Exception {
        return leaf(KeyStatement.SIGNER_USAGE, FROM, until);
    }

    X509Certificate signerFrom(Instant from) throws Exception {
        return leaf(KeyStatement.SIGNER_USAGE, from, UNTIL);
    }

    private X509Certificate leaf(String usage, Instant from, Instant until) throws Exception {
        var builder =
                builder(
                                "signer",
                                signerKey,
                                issuing.getSubjectX500Principal().getName(),
                                from,
                                until)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                        .addExtension(
                                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .addExtension(
                                Extension.extendedKeyUsage,
                                true,
                                new ExtendedKeyUsage(
                                        KeyPurposeId.getInstance(new ASN1ObjectIdentifier(usage))));
        return signed(builder, issuingKey);
    }

    private static X509Certificate authority(
            String subject, TestKey key, String issuer, TestKey issuerKey) throws Exception {
        var builder =
                builder(subject, key, "CN=" + issuer, FROM, UNTIL)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(1))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        return signed(builder, issuerKey);
    }

    private static JcaX509v3CertificateBuilder builder(
            String subject, TestKey key, String issuer, Instant from, Instant until)
            throws Refusal {
        return new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.TWO,
                Date.from(from),
                Date.from(until),
                new X500Name("CN=" + subject),
                key.publicKey());
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, TestKey key)
            throws OperatorCreationException, GeneralSecurityException, IOException {
        var signer =
                new JcaContentSignerBuilder("SHA256withECDSA")
                        .setSecureRandom(new FixedRandom("certificate"))
                        .build(key.privateKey());
        byte[] der = builder.build(signer).getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }
}
