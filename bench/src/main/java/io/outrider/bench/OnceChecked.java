package io.outrider.bench;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Checks the server's chain against a root the first time, and later only that it is still the same
 * certificate: the generator's own cost is not what is measured. Safe for use by many threads.
 */
final class OnceChecked implements X509TrustManager {
    private final X509TrustManager checker;
    private volatile @Nullable X509Certificate known;

    OnceChecked(X509Certificate root) {
        checker = pkix(root);
    }

    static X509TrustManager pkix(X509Certificate root) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("root", root);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("this Java lacks PKIX", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        X509Certificate last = known;
        if (last != null && Arrays.equals(last.getEncoded(), chain[0].getEncoded())) {
            return;
        }
        checker.checkServerTrusted(chain, authType);
        known = chain[0];
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("this side is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
