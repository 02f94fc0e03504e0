package io.outrider.authority;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;

/** Certificates as EST sends them: PKCS #7 certs-only in base64 (RFC 7030, section 4.1.3). */
final class CertificateBundle {
    private CertificateBundle() {}

    static byte[] encode(List<X509Certificate> certificates) {
        var generator = new CMSSignedDataGenerator();
        try {
            generator.addCertificates(new JcaCertStore(certificates));
            byte[] der =
                    generator.generate(new CMSAbsentContent()).toASN1Structure().getEncoded("DER");
            // In lines, because `openssl base64 -d` reads no long ones.
            String text = Base64.getMimeEncoder().encodeToString(der) + "\r\n";
            return text.getBytes(StandardCharsets.US_ASCII);
        } catch (CMSException | IOException | CertificateEncodingException e) {
            throw new IllegalStateException("certificates of our own cannot be encoded", e);
        }
    }
}
