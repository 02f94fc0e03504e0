package io.outrider.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.outrider.gate.CertificatePolicy;
import io.outrider.strength.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of one listener. Follows its key stores: what replaces them on disk is shown to new
 * connections, and the old connections stay. Safe for use by many threads.
 */
final class TlsContext {
    private static final List<String> LEGACY =
            List.of(
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

    private static final Logger log = LoggerFactory.getLogger(TlsContext.class);

    private final ListenerConfig config;
    private final CertificatePolicy policy;
    private volatile SslContext current;
    private byte[] shown; // for the reloading thread alone

    private TlsContext(
            ListenerConfig config, CertificatePolicy policy, SslContext current, byte[] shown) {
        this.config = config;
        this.policy = policy;
        this.current = current;
        this.shown = shown;
    }

    /** Opens the stores. */
    static TlsContext open(ListenerConfig config, CertificatePolicy policy) throws BrokerException {
        config.tls().check();
        try {
            byte[] digest = digest(config.tls());
            return new TlsContext(config, policy, build(config, policy), digest);
        } catch (IOException | GeneralSecurityException e) {
            throw new BrokerException("the TLS of listener " + config.name() + " cannot start", e);
        }
    }

    /** What the next connection would be shown. */
    SslContext current() {
        return current;
    }

    /**
     * For the next connection.
     *
     * @param work runs what takes long
     */
    SslHandler newHandler(ByteBufAllocator allocator, Executor work) {
        SslHandler handler = current.newHandler(allocator, work);
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setNamedGroups(Tls.GROUPS.toArray(String[]::new));
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    /** Looks at the files; what is there and whole is shown from now on. For one thread. */
    void reload() {
        try {
            byte[] digest = digest(config.tls());
            if (Arrays.equals(digest, shown)) {
                return;
            }
            config.tls().check();
            current = build(config, policy);
            shown = digest;
            log.info("Listener {} shows its new certificate", config.name());
        } catch (IOException | GeneralSecurityException | BrokerException e) {
            // Half written, or taken away: the next look is seconds away.
            log.warn("Listener {} keeps its certificate: {}", config.name(), e.getMessage());
        }
    }

    private static SslContext build(ListenerConfig config, CertificatePolicy policy)
            throws SSLException, GeneralSecurityException, BrokerException {
        boolean isLegacy = config.kind() == ListenerConfig.Kind.LEGACY;
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        char[] passphrase = config.tls().exposeKeyPassphrase().toCharArray();
        keys.init(config.tls().keys(), passphrase);
        Arrays.fill(passphrase, ' ');
        var trust = new PolicyTrust(policy, issuers(config.tls(), policy), InstantSource.system());
        return SslContextBuilder.forServer(keys)
                .sslProvider(SslProvider.JDK)
                .protocols(isLegacy ? List.of("TLSv1.2") : Tls.VERSIONS)
                .ciphers(isLegacy ? LEGACY : Tls.SUITES)
                .trustManager(trust)
                .applicationProtocolConfig(
                        speaks(
                                config.kind() == ListenerConfig.Kind.WEBSOCKET
                                        ? "http/1.1"
                                        : "mqtt"))
                .clientAuth(config.takesCredentials() ? ClientAuth.OPTIONAL : ClientAuth.REQUIRE)
                .build();
    }

    /**
     * Who offers protocols but not this one meant another server, and ends in the handshake; who
     * offers none may come (RFC 7301; ALPACA).
     */
    private static ApplicationProtocolConfig speaks(String protocol) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocol);
    }

    private static X509Certificate[] issuers(TlsStores stores, CertificatePolicy policy)
            throws GeneralSecurityException, BrokerException {
        var issuers = new ArrayList<X509Certificate>(policy.foreignAuthorities());
        KeyStore anchors = stores.anchors();
        for (String alias : Collections.list(anchors.aliases())) {
            if (anchors.getCertificate(alias) instanceof X509Certificate issuer) {
                issuers.add(issuer);
            }
        }
        return issuers.toArray(X509Certificate[]::new);
    }

    private static byte[] digest(TlsStores stores) throws IOException, GeneralSecurityException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(Files.readAllBytes(stores.keyStore()));
        return sha256.digest(Files.readAllBytes(stores.trustStore()));
    }
}
