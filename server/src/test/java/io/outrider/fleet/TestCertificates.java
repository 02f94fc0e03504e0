package io.outrider.fleet;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates by nobody in particular: the registry only keeps them. */
final class TestCertificates {
    private TestCertificates() {}

    static X509Certificate of(PublicKey key, long serial, Instant from) {
        var builder =
                new X509v3CertificateBuilder(
                        new X500Name("CN=nobody"),
                        BigInteger.valueOf(serial),
                        Date.from(from),
                        Date.from(from.plus(Duration.ofDays(90))),
                        new X500Name("CN=somebody"),
                        SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        try {
            var issuer = KeyPairGenerator.getInstance("EC").generateKeyPair();
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
