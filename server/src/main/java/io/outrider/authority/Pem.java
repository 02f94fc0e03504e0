package io.outrider.authority;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** Certificates as text (RFC 7468). */
final class Pem {
    private Pem() {}

    static byte[] encode(X509Certificate certificate) {
        byte[] newline = {'\n'};
        try {
            String body =
                    Base64.getMimeEncoder(64, newline).encodeToString(certificate.getEncoded());
            return ("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own has no encoding", e);
        }
    }
}
