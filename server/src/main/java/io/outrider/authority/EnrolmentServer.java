package io.outrider.authority;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import io.outrider.https.HttpsContext;
import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTPS server that enrols trackers (EST, RFC 7030) and hands out the key statement and the
 * list of revoked certificates. Runs from {@link #start} until {@link #close}; a virtual thread for
 * each request.
 */
public final class EnrolmentServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentServer.class);

    private static final int CONNECTIONS_MAX = 512;
    private static final int HEADER_BYTES_MAX = 4_096;
    private static final Duration IDLE_MAX = Duration.ofSeconds(15);

    /** Nothing here takes long; whoever sends a byte now and then is sent away after this. */
    private static final Duration CONNECTION_MAX = Duration.ofSeconds(60);

    private static final Duration STOP_MAX = Duration.ofSeconds(2);

    private final Authority authority;
    private final EnrolmentDesk desk;
    private final SslContextFactory.Server tls;
    private final Javalin javalin;

    private EnrolmentServer(Authority authority, InetSocketAddress address, InstantSource clock)
            throws IOException, OperatorException {
        this.authority = authority;
        this.desk = new EnrolmentDesk(authority, new Attempts(clock));
        this.tls = new HttpsContext();
        putKeysInto(tls);
        this.javalin = Javalin.create(config -> configure(config, address));
    }

    /**
     * Starts to serve.
     *
     * @param address an address of this machine, port 0 for any free one
     * @throws OperatorException where the address is taken or not of this machine
     */
    public static EnrolmentServer start(
            Authority authority, InetSocketAddress address, InstantSource clock)
            throws IOException, OperatorException {
        var server = new EnrolmentServer(authority, address, clock);
        try {
            server.javalin.start();
        } catch (JavalinBindException e) {
            throw new OperatorException(
                    "enrolment cannot listen on " + address,
                    "Another program has the port, or the address is not of this machine: set"
                            + " enrolment.address and enrolment.port in the configuration.",
                    e);
        }
        authority.onServerCertificateRenewed(server::reloadKeys);
        return server;
    }

    /** The port that is listened on, also where 0 was asked for. */
    public int port() {
        return javalin.port();
    }

    /** How often each outcome of a wish to enrol came about since the start. */
    public Map<String, Long> counts() {
        return desk.counts();
    }

    @Override
    public void close() {
        javalin.stop();
    }

    private void configure(JavalinConfig config, InetSocketAddress address) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = true;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.maxRequestSize = EnrolmentDesk.BODY_BYTES_MAX;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_MAX.toMillis());
            server.setErrorHandler(new PlainErrors());
        });
        config.jetty.addConnector((server, http) -> connector(server, http, address));
        config.routes.get("/.well-known/est/cacerts", desk::sendCaCertificates);
        config.routes.post("/.well-known/est/simpleenroll", desk::enrol);
        config.routes.get("/.well-known/outrider/keys", desk::sendKeyStatement);
        config.routes.get("/.well-known/outrider/crl", desk::sendRevocationList);
        config.routes.get("/.well-known/outrider/crl/before", desk::sendRevocationListBefore);
    }

    private Connector connector(Server server, HttpConfiguration http, InetSocketAddress address) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
        http.addCustomizer(new SecureRequestCustomizer());
        var connector =
                new ServerConnector(
                        server,
                        new SslConnectionFactory(tls, "http/1.1"),
                        new HttpConnectionFactory(http));
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(IDLE_MAX.toMillis());
        server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, connector));
        var sweep = new Sweep(connector, CONNECTION_MAX);
        server.addBean(sweep);
        return connector;
    }

    private void putKeysInto(SslContextFactory factory) throws IOException, OperatorException {
        try (KeyStoreFile keys = authority.serverKeyStore()) {
            factory.setKeyStore(keys.load());
            factory.setKeyStorePassword(new String(keys.passwordCharacters()));
        }
    }

    private void reloadKeys() {
        try {
            putKeysInto(tls);
            tls.reload(_ -> {});
            LOG.info("Enrolment has its new certificate");
            // It declares Exception. Whatever it was, the old certificate stays for another month.
        } catch (Exception e) {
            LOG.error("Enrolment cannot use its new certificate; restart the server", e);
        }
    }
}
