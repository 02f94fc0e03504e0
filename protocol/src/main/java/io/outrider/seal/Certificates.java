package io.outrider.seal;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;

/** X.509 certificates as key statements carry them (RFC 5280). */
final class Certificates {
    private static final byte DER_SEQUENCE = 0x30;
    private static final int KEY_USAGE_DIGITAL_SIGNATURE = 0;

    private Certificates() {}

    /** Exactly one certificate in DER: the JDK alone would read PEM and ignore what follows. */
    static X509Certificate parse(byte[] der) throws Refusal {
        try {
            if (der[0] == DER_SEQUENCE
                    && factory().generateCertificate(new ByteArrayInputStream(der))
                            instanceof X509Certificate certificate
                    && Arrays.equals(certificate.getEncoded(), der)) {
                return certificate;
            }
        } catch (CertificateException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a certificate", e);
        }
        throw Refusal.malformed("not one certificate in DER");
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a certificate without an encoding", e);
        }
    }

    /**
     * The first certificate of a chain that leads to the root, all valid at this moment, fit for
     * signing under the extended key usage.
     *
     * @throws Refusal {@code EXPIRED} outside a validity, else {@code FORGED}
     */
    static X509Certificate verifiedSigner(
            List<X509Certificate> chain, X509Certificate root, Instant now, String usage)
            throws Refusal {
        List<X509Certificate> path = new ArrayList<>(chain);
        path.remove(root); // it may be sent along; it is believed because it is pinned
        if (path.isEmpty()) {
            throw Refusal.forged("no signer's certificate");
        }
        requireValid(root, now);
        validate(path, root, now);
        X509Certificate signer = path.getFirst();
        if (!maySign(signer, usage)) {
            throw Refusal.forged("the signer's certificate is not for this");
        }
        return signer;
    }

    private static void validate(List<X509Certificate> path, X509Certificate root, Instant now)
            throws Refusal {
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false); // a statement with a higher serial revokes
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(factory().generateCertPath(path), parameters);
        } catch (CertPathValidatorException e) {
            boolean outsideValidity =
                    e.getReason() == BasicReason.EXPIRED
                            || e.getReason() == BasicReason.NOT_YET_VALID;
            throw new Refusal(
                    outsideValidity ? Refusal.Reason.EXPIRED : Refusal.Reason.FORGED,
                    "the chain does not lead to the pinned root",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot validate certificates", e);
        }
    }

    private static void requireValid(X509Certificate root, Instant now) throws Refusal {
        try {
            root.checkValidity(Date.from(now));
        } catch (CertificateException e) {
            throw new Refusal(Refusal.Reason.EXPIRED, "the root is not valid now", e);
        }
    }

    private static boolean maySign(X509Certificate signer, String usage) throws Refusal {
        try {
            List<String> usages = signer.getExtendedKeyUsage();
            boolean[] keyUsage = signer.getKeyUsage();
            return usages != null
                    && usages.contains(usage)
                    && keyUsage != null
                    && keyUsage[KEY_USAGE_DIGITAL_SIGNATURE]
                    && signer.getBasicConstraints() < 0
                    && CurveKeys.isP256(signer.getPublicKey());
        } catch (CertificateException e) {
            throw new Refusal(Refusal.Reason.MALFORMED, "not a certificate of a signer", e);
        }
    }

    private static CertificateFactory factory() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }
}
