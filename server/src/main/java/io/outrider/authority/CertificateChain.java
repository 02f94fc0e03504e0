package io.outrider.authority;

import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate and what leads from there to the root.
 *
 * @param certificates at least one, leaf first, the root left out
 */
public record CertificateChain(List<X509Certificate> certificates) {
    public CertificateChain {
        certificates = List.copyOf(certificates);
    }

    public X509Certificate leaf() {
        return certificates.getFirst();
    }

    /** As text (RFC 7468), as command-line tools want it. */
    public byte[] pem() {
        var text = new ByteArrayOutputStream();
        certificates.forEach(certificate -> text.writeBytes(Pem.encode(certificate)));
        return text.toByteArray();
    }
}
