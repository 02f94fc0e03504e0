package io.outrider.tracker;

import io.outrider.seal.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes servers whose chain leads to one root and to no other: that of a token, by its SHA-256,
 * or the one that was pinned at enrolment. Validity is judged by a clock that a vehicle's dead
 * battery does not set back. The host name is checked by the TLS of the JDK, which wraps this (it
 * would not wrap an X509ExtendedTrustManager). Safe for use by many threads.
 */
final class PinnedTrust implements X509TrustManager {
    private static final String SERVER_USAGE = "1.3.6.1.5.5.7.3.1";

    private final Bytes rootSha256;
    private final InstantSource clock;
    private volatile @Nullable X509Certificate root;

    private PinnedTrust(Bytes rootSha256, @Nullable X509Certificate root, InstantSource clock) {
        this.rootSha256 = rootSha256;
        this.root = root;
        this.clock = clock;
    }

    /** Waits for a server to show the root with this hash. */
    static PinnedTrust ofHash(Bytes rootSha256, InstantSource clock) {
        return new PinnedTrust(rootSha256, null, clock);
    }

    static PinnedTrust of(X509Certificate root, InstantSource clock) throws CertificateException {
        return new PinnedTrust(sha256(root), root, clock);
    }

    /** The root that a server has shown; null before that. */
    @Nullable X509Certificate root() {
        return root;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        X509Certificate found = root;
        List<X509Certificate> path = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            if (sha256(certificate).equals(rootSha256)) {
                found = certificate;
            } else {
                path.add(certificate);
            }
        }
        if (found == null) {
            throw new CertificateException("the server does not show the root that is expected");
        }
        validate(path, found, clock, SERVER_USAGE);
        root = found;
    }

    /** That a path, leaf first, leads to this root, is valid now and its leaf fit for a usage. */
    static void validate(
            List<X509Certificate> path, X509Certificate root, InstantSource clock, String usage)
            throws CertificateException {
        if (path.isEmpty()) {
            throw new CertificateException("no certificate below the root");
        }
        Date now = Date.from(clock.instant());
        root.checkValidity(now);
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false); // the certificates of servers live short
            parameters.setDate(now);
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(path),
                            parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("no valid chain to the root: " + e.getMessage(), e);
        }
        List<String> usages = path.getFirst().getExtendedKeyUsage();
        if (usages == null || !usages.contains(usage)) {
            throw new CertificateException("the certificate is not for this use");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("a tracker has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        X509Certificate known = root;
        return known == null ? new X509Certificate[0] : new X509Certificate[] {known};
    }

    private static Bytes sha256(X509Certificate certificate) throws CertificateException {
        try {
            return Bytes.copyOf(
                    MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }
}
