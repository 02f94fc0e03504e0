package io.outrider.broker;

import ch.qos.logback.classic.Level;
import com.codahale.metrics.MetricRegistry;
import com.google.inject.Injector;
import com.hivemq.HiveMQServer;
import com.hivemq.bootstrap.netty.ChannelDependencies;
import com.hivemq.bootstrap.netty.NettyConfiguration;
import com.hivemq.configuration.info.SystemInformationImpl;
import com.hivemq.configuration.service.FullConfigurationService;
import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.services.admin.AdminService;
import com.hivemq.extensions.ExtensionBootstrap;
import com.hivemq.extensions.HiveMQExtensions;
import com.hivemq.extensions.services.admin.AdminServiceImpl;
import com.hivemq.persistence.connection.ConnectionPersistence;
import com.hivemq.persistence.payload.PublishPayloadPersistence;
import io.netty.channel.Channel;
import io.outrider.gate.Limits;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.LoggerFactory;

/**
 * HiveMQ Community Edition without its sockets: sessions, subscriptions, retained messages and the
 * MQTT codecs, put together by hand. It never listens anywhere by itself, so no setting of its own
 * can open a port; {@link Door} hands it connections that have come through our TLS.
 */
final class Engine implements AutoCloseable {
    private static final long START_SECONDS_MAX = 60;
    private static final String EXTENSION = "outrider-gate";

    /** One start at a time: it goes through state that the engine shares within a process. */
    private static final ReentrantLock STARTING = new ReentrantLock();

    private final HiveMQServer server;
    private final Injector injector;

    private Engine(HiveMQServer server, Injector injector) {
        this.server = server;
        this.injector = injector;
    }

    /**
     * Starts everything but listeners.
     *
     * @param extension what is asked before anything happens; whether it has started is for the
     *     caller to see, because the engine goes on without it
     */
    static Engine start(BrokerConfig config, Limits limits, ExtensionMain extension)
            throws BrokerException {
        quieten();
        EngineFolders folders = EngineFolders.make(config.directory());
        STARTING.lock();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        try {
            // As it is embedded, the engine would let in whoever no authenticator has decided on.
            InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
            // It waits this long at its end for files to be written, of which there are none.
            InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
            return start(folders, EngineSettings.of(limits), extension);
        } finally {
            // The engine's own handler ends the process at some of its exceptions.
            Thread.setDefaultUncaughtExceptionHandler(handler);
            STARTING.unlock();
        }
    }

    private static Engine start(
            EngineFolders folders, FullConfigurationService settings, ExtensionMain extension)
            throws BrokerException {
        var system =
                new SystemInformationImpl(
                        true,
                        true,
                        folders.configuration().toFile(),
                        folders.data().toFile(),
                        folders.extensions().toFile());
        system.init();
        var server = new HiveMQServer(system, new MetricRegistry(), settings, false, false);
        try {
            server.bootstrap();
            Injector injector = server.getInjector();
            if (injector == null) {
                throw new BrokerException("the engine cannot be put together");
            }
            var engine = new Engine(server, injector);
            engine.get(PublishPayloadPersistence.class).init();
            engine.get(ExtensionBootstrap.class)
                    .startExtensionSystem(embedded(extension))
                    .get(START_SECONDS_MAX, TimeUnit.SECONDS);
            ((AdminServiceImpl) engine.get(AdminService.class)).hivemqStarted();
            return engine;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped(server, new BrokerException("interrupted while the engine started", e));
        } catch (ExecutionException | TimeoutException e) {
            throw stopped(server, new BrokerException("the engine did not start", e));
        } catch (Exception e) { // what bootstrap() declares
            throw stopped(server, new BrokerException("the engine cannot start", e));
        }
    }

    private static BrokerException stopped(HiveMQServer server, BrokerException e) {
        server.stop();
        return e;
    }

    private static EmbeddedExtension embedded(ExtensionMain extension) {
        return EmbeddedExtension.builder()
                .withId(EXTENSION)
                .withName("Outrider gate")
                .withVersion("1")
                .withExtensionMain(extension)
                .build();
    }

    /** Whether the extension that was given has started, and was not put out again. */
    boolean isExtended() {
        return get(HiveMQExtensions.class).getEnabledHiveMQExtensions().containsKey(EXTENSION);
    }

    <T> T get(Class<T> part) {
        return injector.getInstance(part);
    }

    ChannelDependencies handlers() {
        return get(ChannelDependencies.class);
    }

    NettyConfiguration loops() {
        return get(NettyConfiguration.class);
    }

    /** Has the engine close a listener of ours first when it stops. */
    void own(String name, Channel listener) {
        get(ConnectionPersistence.class).addServerChannel(name, listener);
    }

    @Override
    public void close() {
        server.stop();
    }

    /** The engine tells its life at level INFO. Warnings and errors are kept. */
    private static void quieten() {
        for (String name : new String[] {"com.hivemq", "event"}) {
            if (LoggerFactory.getLogger(name) instanceof ch.qos.logback.classic.Logger logger) {
                logger.setLevel(Level.WARN);
            }
        }
    }
}
