package io.outrider.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.persistence.clientsession.PendingWillMessages;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Limits;
import io.outrider.gate.ReasonCode;
import io.outrider.timer.Periodic;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A running MQTT broker: TLS 1.3 or 1.2, and nothing without it. Nobody is let in and nothing is
 * acknowledged but by the gate and the inbox. Safe for use by many threads.
 */
public final class Broker implements AutoCloseable {
    /** What is replaced, a certificate or a revocation list, is to count within ten seconds. */
    private static final Duration FILES_LOOK_EVERY = Duration.ofSeconds(4);

    private final Engine engine;
    private final Connections connections;
    private final Belongings belongings;
    private final Map<String, Door> doors;
    private final ExecutorService handshakeThreads;
    private final List<Periodic> looks;

    private Broker(
            Engine engine,
            Connections connections,
            Belongings belongings,
            Map<String, Door> doors,
            ExecutorService handshakeThreads,
            List<Periodic> looks) {
        this.engine = engine;
        this.connections = connections;
        this.belongings = belongings;
        this.doors = doors;
        this.handshakeThreads = handshakeThreads;
        this.looks = looks;
    }

    /**
     * Starts a broker. When this returns, it listens.
     *
     * @param policy says what clients' certificates are worth
     * @param verifiers where a listener takes passwords and tokens
     * @param watch hears what happens at the gate, from several threads at once; returns at once
     * @throws BrokerException where anything of it did not start; nothing listens then
     */
    public static Broker start(
            BrokerConfig config,
            Gate gate,
            CertificatePolicy policy,
            Optional<Verifiers> verifiers,
            Inbox inbox,
            Consumer<GateEvent> watch)
            throws BrokerException {
        if (verifiers.isEmpty()
                && config.listeners().stream().anyMatch(ListenerConfig::takesCredentials)) {
            throw new BrokerException("a listener takes passwords that nobody can look at");
        }
        var extension = new GateExtension(gate, policy, verifiers, watch);
        return start(config, gate, policy, inbox, watch, extension, extension);
    }

    /**
     * As above.
     *
     * @param main what the engine is given to start; a test gives it something that fails
     */
    static Broker start(
            BrokerConfig config,
            Gate gate,
            CertificatePolicy policy,
            Inbox inbox,
            Consumer<GateEvent> watch,
            GateExtension extension,
            ExtensionMain main)
            throws BrokerException {
        var tls = new LinkedHashMap<ListenerConfig, TlsContext>();
        for (ListenerConfig listener : config.listeners()) {
            tls.put(listener, TlsContext.open(listener, policy));
        }
        HandshakeSignatures.install();
        Engine engine = Engine.start(config, gate.limits(), main);
        ExecutorService handshakeThreads =
                Executors.newFixedThreadPool(
                        Runtime.getRuntime().availableProcessors(), HandshakeSignatures.THREADS);
        var looks = new ArrayList<Periodic>();
        try {
            Connections connections =
                    extension
                            .connections()
                            .filter(_ -> engine.isExtended())
                            .orElseThrow(() ->
                                    new BrokerException("the engine started without its gate"));
            for (TlsContext context : tls.values()) {
                looks.add(Periodic.start("certificate-look", FILES_LOOK_EVERY, context::reload));
            }
            var disconnector = engine.get(MqttServerDisconnector.class);
            var uplink =
                    new Uplink(inbox, gate.limits().answers(), connections, disconnector, watch);
            var retained = connections.retained();
            var paces = new Paces(gate.limits().rates(), System::nanoTime);
            var wills = new Wills(gate, engine.get(PendingWillMessages.class), watch);
            Function<Connection, Publishes> publishes =
                    connection ->
                            new Publishes(
                                    connection, gate, paces, uplink, retained, disconnector, watch);
            var arrivals = new Arrivals(gate.limits().connecting(), watch, System::nanoTime);
            var revocations =
                    new LateRevocations(arrivals, policy, disconnector, InstantSource.system());
            looks.add(Periodic.start("revocation-look", FILES_LOOK_EVERY, revocations::look));
            var handshakes = new HandshakeWork(handshakeThreads);
            var doors = new LinkedHashMap<String, Door>();
            for (var listener : tls.entrySet()) {
                var pipeline =
                        new ConnectionPipeline(
                                listener.getKey(),
                                listener.getValue(),
                                arrivals,
                                gate,
                                policy,
                                engine,
                                connections,
                                wills,
                                publishes,
                                handshakes,
                                watch);
                var reception =
                        new Reception(
                                listener.getKey(),
                                pipeline,
                                arrivals,
                                gate.limits().connecting(),
                                watch);
                doors.put(
                        listener.getKey().name(), Door.open(listener.getKey(), engine, reception));
            }
            var belongings = new Belongings(connections, gate);
            return new Broker(engine, connections, belongings, doors, handshakeThreads, looks);
        } catch (BrokerException e) {
            engine.close();
            handshakeThreads.shutdownNow();
            looks.forEach(Periodic::close);
            throw e;
        }
    }

    /**
     * The port of a listener, 1 … 65,535.
     *
     * @param listener by its name
     */
    public int port(String listener) {
        Door door = doors.get(listener);
        if (door == null) {
            throw new IllegalArgumentException("there is no listener " + listener);
        }
        return door.port();
    }

    /**
     * Sends bytes to a tracker's {@code down} topic. A tracker that is away gets them when it is
     * back within its session's time, at most {@link Limits.Sessions#queuedMax} of them, the
     * newest.
     *
     * @return complete with whether the tracker is subscribed; where it is not, nobody gets them
     */
    public CompletionStage<Boolean> publishDown(TrackerId tracker, Payload payload) {
        return connections.publishDown(tracker, payload);
    }

    /**
     * Cuts off a tracker that may not be here any more: connection, session and queue are gone when
     * this returns. First take it out of the registry, or it comes back.
     *
     * @param reason for people; MQTT 5 clients see it
     * @throws BrokerException where it could not be done within some seconds
     */
    public void disconnect(TrackerId tracker, String reason) throws BrokerException {
        connections.forget(tracker.toString(), ReasonCode.ADMINISTRATIVE_ACTION, reason);
    }

    /**
     * Cuts off a client that may not be here any more: connections, sessions with what waits in
     * them, wills and retained messages are gone when this returns. First take it out of the
     * registry, or it comes back.
     *
     * @param name of a client that is or was registered
     * @param reason for people; MQTT 5 clients see it
     * @throws BrokerException where it could not be done within some seconds; do it again
     */
    public void cutOffClient(String name, String reason) throws BrokerException {
        belongings.cutOff(name, reason);
    }

    /**
     * Takes from a client what it may no longer have, to be called when its grants have changed: a
     * session with a subscription or a will that is not allowed now goes as a whole, and so do
     * retained messages where the client may not publish now.
     *
     * @throws BrokerException where it could not be done within some seconds; do it again
     */
    public void recheckClient(String name) throws BrokerException {
        belongings.recheck(name);
    }

    /** Ends all connections and stops listening. What is unanswered then stays unanswered. */
    @Override
    public void close() {
        engine.close();
        handshakeThreads.shutdownNow();
        looks.forEach(Periodic::close);
    }
}
