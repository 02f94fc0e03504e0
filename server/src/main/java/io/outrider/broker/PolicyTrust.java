package io.outrider.broker;

import io.outrider.gate.CertificatePolicy;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Lets TLS ask the gate's policy what a client's chain is worth. Safe for use by many threads. */
final class PolicyTrust extends X509ExtendedTrustManager {
    private final CertificatePolicy policy;
    private final X509Certificate[] issuers;
    private final InstantSource clock;

    /**
     * @param issuers that the handshake names, so that a client can choose among its certificates
     */
    PolicyTrust(CertificatePolicy policy, X509Certificate[] issuers, InstantSource clock) {
        this.policy = policy;
        this.issuers = issuers.clone();
        this.clock = clock;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (policy.verify(chain, clock.instant())
                instanceof CertificatePolicy.Verdict.Objection(String reason)) {
            throw new CertificateException(reason);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a listener meets clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a listener meets clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("a listener meets clients only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return issuers.clone();
    }
}
