package io.outrider.https;

import io.outrider.strength.Tls;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** How every HTTPS listener speaks TLS, as {@link Tls} has it. The caller gives it a key store. */
public final class HttpsContext extends SslContextFactory.Server {
    public HttpsContext() {
        setIncludeProtocols(Tls.VERSIONS.toArray(String[]::new));
        setExcludeProtocols();
        setIncludeCipherSuites(Tls.SUITES.toArray(String[]::new));
        setExcludeCipherSuites();
        setUseCipherSuitesOrder(true);
        setRenegotiationAllowed(false);
    }

    /**
     * Who offers protocols but not HTTP meant another server, and ends in the handshake; who offers
     * none may come (RFC 7301; ALPACA).
     */
    @Override
    public void customize(SSLEngine engine) {
        super.customize(engine);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        parameters.setNamedGroups(Tls.GROUPS.toArray(String[]::new));
        engine.setSSLParameters(parameters);
    }
}
