package io.outrider.dashboard;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import io.outrider.https.HttpsContext;
import io.outrider.timer.Periodic;
import java.io.IOException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * The HTTPS server that shows the map. Runs from {@link #start} until {@link #close}; a virtual
 * thread for each request, one more that asks for the fleet.
 */
public final class Dashboard implements AutoCloseable {
    private final SslContextFactory.Server tls;
    private final LiveHub hub;
    private final PositionSource.Feed feed;
    private final Periodic fleetLook;
    private final Javalin javalin;

    /**
     * Where to listen.
     *
     * @param host an address of this machine, or a name of one
     * @param port 0 for any free one
     */
    public record Address(String host, int port) {}

    /**
     * Starts to serve.
     *
     * @param keys the server's key and certificate chain
     * @param keyPassword opens {@code keys} and the key in it
     * @throws IOException where the page is not in this build, the address is taken
     */
    public static Dashboard start(
            Address address,
            KeyStore keys,
            char[] keyPassword,
            Accounts accounts,
            PositionSource positions,
            FleetSource fleets,
            MetricsSource metrics,
            InstantSource clock)
            throws IOException {
        return start(
                address,
                keys,
                keyPassword,
                accounts,
                new Passwords(Passwords.STANDARD),
                positions,
                fleets,
                metrics,
                clock);
    }

    /** With a cost of passwords that tests can afford. */
    static Dashboard start(
            Address address,
            KeyStore keys,
            char[] keyPassword,
            Accounts accounts,
            Passwords passwords,
            PositionSource positions,
            FleetSource fleets,
            MetricsSource metrics,
            InstantSource clock)
            throws IOException {
        WebFiles files = WebFiles.load();
        var hub = new LiveHub(nameOfThisRun());
        hub.membersAre(fleets.members());
        PositionSource.Feed feed = hub.follow(positions);
        var signIn = new SignIn(accounts, passwords, new Attempts(clock));
        var door = new MetricsDoor(accounts, metrics, new Attempts(clock));
        var api = new Api(accounts, signIn, positions, hub, files, door, clock);
        var dashboard = new Dashboard(address, tls(keys, keyPassword), api, hub, feed, fleets);
        dashboard.listen(address);
        return dashboard;
    }

    private Dashboard(
            Address address,
            SslContextFactory.Server tls,
            Api api,
            LiveHub hub,
            PositionSource.Feed feed,
            FleetSource fleets) {
        this.tls = tls;
        this.hub = hub;
        this.feed = feed;
        this.javalin = Javalin.create(config -> configure(config, address, api));
        this.fleetLook =
                Periodic.start(
                        "fleet-look",
                        Limits.FLEET_ASKED_EVERY,
                        () -> hub.membersAre(fleets.members()));
    }

    /** The port that is listened on, also where 0 was asked for. */
    public int port() {
        return javalin.port();
    }

    /**
     * Puts another key and certificate in place: new connections get it, those that are open stay.
     */
    public void replaceKeys(KeyStore keys, char[] keyPassword) throws IOException {
        try {
            tls.reload(factory -> {
                factory.setKeyStore(keys);
                factory.setKeyStorePassword(new String(keyPassword));
            });
            // It declares Exception. Whatever it was, the old key stays.
        } catch (Exception e) {
            throw new IOException("the dashboard's new certificate cannot be used", e);
        }
    }

    /** Ends every stream and answers what is under way. */
    @Override
    public void close() {
        fleetLook.close();
        feed.close();
        hub.close();
        javalin.stop();
    }

    private void listen(Address address) throws IOException {
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            feed.close();
            fleetLook.close();
            throw new IOException(
                    "the dashboard cannot listen on "
                            + address.host()
                            + ":"
                            + address.port()
                            + ": another program has the port, or the address is not of this"
                            + " machine",
                    e);
        }
    }

    private void configure(JavalinConfig config, Address address, Api api) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = true;
        config.http.compressionStrategy = CompressionStrategy.NONE; // files are compressed already
        config.http.maxRequestSize = Limits.BODY_BYTES_MAX;
        config.jetty.modifyServer(
                server -> server.setStopTimeout(Duration.ofSeconds(2).toMillis()));
        config.jetty.addConnector((server, http) -> connector(server, http, address));
        api.register(config.routes);
    }

    private Connector connector(Server server, HttpConfiguration http, Address address) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(Limits.HEADER_BYTES_MAX);
        http.addCustomizer(new StrictHeaders());
        http.addCustomizer(new SecureRequestCustomizer());
        var connector =
                new ServerConnector(
                        server,
                        new SslConnectionFactory(tls, "http/1.1"),
                        new HttpConnectionFactory(http));
        connector.setHost(address.host());
        connector.setPort(address.port());
        connector.setIdleTimeout(Limits.CONNECTION_IDLE_MAX.toMillis());
        return connector;
    }

    private static SslContextFactory.Server tls(KeyStore keys, char[] keyPassword) {
        var tls = new HttpsContext();
        tls.setKeyStore(keys);
        tls.setKeyStorePassword(new String(keyPassword));
        return tls;
    }

    private static String nameOfThisRun() {
        byte[] name = new byte[8];
        new SecureRandom().nextBytes(name);
        return HexFormat.of().formatHex(name);
    }
}
