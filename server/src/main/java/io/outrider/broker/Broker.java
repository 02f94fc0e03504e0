package io.outrider.broker;

import ch.qos.logback.classic.Level;
import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * A running MQTT broker with one listener: TLS 1.3 or 1.2, client certificate required. Nobody is
 * let in and nothing is acknowledged but by the gate and the inbox. Safe for use by many threads.
 */
public final class Broker implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    /** One start at a time: it goes through state that the engine shares within a process. */
    private static final ReentrantLock STARTING = new ReentrantLock();

    private final EmbeddedHiveMQ engine;
    private final GateExtension.Started started;

    private Broker(EmbeddedHiveMQ engine, GateExtension.Started started) {
        this.engine = engine;
        this.started = started;
    }

    /**
     * Starts a broker. When this returns, it listens.
     *
     * @param watch hears what happens at the gate, from several threads at once; returns at once
     * @throws BrokerException where anything of it did not start; nothing listens then
     */
    public static Broker start(
            BrokerConfig config, Gate gate, Inbox inbox, Consumer<GateEvent> watch)
            throws BrokerException {
        var extension = new GateExtension(gate, inbox, watch);
        return start(config, gate.limits(), extension, extension);
    }

    /**
     * As above.
     *
     * @param main what the engine is given to start; a test gives it something that fails
     */
    static Broker start(
            BrokerConfig config, Limits limits, GateExtension extension, ExtensionMain main)
            throws BrokerException {
        config.tls().check();
        quieten();
        EmbeddedHiveMQ engine = startEngine(config, limits, main);
        var started = extension.started();
        if (started.isEmpty()) {
            close(engine);
            throw new BrokerException("the engine started without its gate and was stopped");
        }
        return new Broker(engine, started.get());
    }

    private static EmbeddedHiveMQ startEngine(
            BrokerConfig config, Limits limits, ExtensionMain main) throws BrokerException {
        String keyProperty = "outrider.broker.key." + UUID.randomUUID();
        String trustProperty = "outrider.broker.trust." + UUID.randomUUID();
        EngineFiles files = EngineFiles.write(config, limits, keyProperty, trustProperty);
        STARTING.lock();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        System.setProperty(keyProperty, EngineFiles.xml(config.tls().exposeKeyPassphrase()));
        System.setProperty(trustProperty, EngineFiles.xml(config.tls().exposeTrustPassphrase()));
        try {
            EmbeddedHiveMQ engine = build(files, main);
            // The embedded engine sets this to false, so that whoever no authenticator has decided
            // on gets in.
            InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
            // It waits this long at its end for files to be written, of which there are none.
            InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
            try {
                await(engine.start(), START_MAX, "start");
            } catch (BrokerException e) {
                close(engine);
                throw e;
            }
            return engine;
        } finally {
            System.clearProperty(keyProperty);
            System.clearProperty(trustProperty);
            // The engine's own handler ends the process at some of its exceptions.
            Thread.setDefaultUncaughtExceptionHandler(handler);
            STARTING.unlock();
        }
    }

    private static EmbeddedHiveMQ build(EngineFiles files, ExtensionMain main) {
        return EmbeddedHiveMQ.builder()
                .withConfigurationFolder(files.configuration())
                .withDataFolder(files.data())
                .withExtensionsFolder(files.extensions())
                .withoutLoggingBootstrap()
                .withEmbeddedExtension(
                        EmbeddedExtension.builder()
                                .withId("outrider-gate")
                                .withName("Outrider gate")
                                .withVersion("1")
                                .withExtensionMain(main)
                                .build())
                .build();
    }

    /** The port that it listens on, 1 … 65,535. */
    public int port() {
        return started.port();
    }

    /**
     * Sends bytes to a tracker's {@code down} topic. A tracker that is away gets them when it is
     * back within its session's time, at most {@link Limits.Sessions#queuedMax} of them, the
     * newest.
     *
     * @return complete with whether the tracker is subscribed; where it is not, nobody gets them
     */
    public CompletionStage<Boolean> publishDown(TrackerId tracker, Payload payload) {
        return started.connections().publishDown(tracker, payload);
    }

    /**
     * Cuts off a tracker that may not be here any more: connection, session and queue are gone when
     * this returns. First take it out of the registry, or it comes back.
     *
     * @param reason for people; MQTT 5 clients see it
     * @throws BrokerException where it could not be done within some seconds
     */
    public void disconnect(TrackerId tracker, String reason) throws BrokerException {
        started.connections().forget(tracker, ReasonCode.ADMINISTRATIVE_ACTION, reason);
    }

    /** Ends all connections and stops listening. What is unanswered then stays unanswered. */
    @Override
    public void close() throws BrokerException {
        close(engine);
    }

    private static void close(EmbeddedHiveMQ engine) throws BrokerException {
        try {
            engine.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while the engine stopped", e);
        } catch (ExecutionException e) {
            throw new BrokerException("the engine did not stop", e);
        }
    }

    private static void await(Future<?> future, Duration max, String what) throws BrokerException {
        try {
            future.get(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted at the engine's " + what, e);
        } catch (ExecutionException e) {
            throw new BrokerException("the engine did not " + what, e);
        } catch (TimeoutException e) {
            throw new BrokerException(
                    "the engine did not " + what + " in " + max.toSeconds() + " s", e);
        }
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
