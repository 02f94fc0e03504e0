package io.outrider.broker;

import static com.hivemq.bootstrap.netty.ChannelHandlerNames.MQTT_MESSAGE_BARRIER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.MQTT_MESSAGE_DECODER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.MQTT_MESSAGE_ENCODER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.MQTT_SUBSCRIBE_HANDLER;
import static com.hivemq.bootstrap.netty.ChannelHandlerNames.SSL_HANDLER;

import com.hivemq.bootstrap.ClientConnectionContext;
import com.hivemq.bootstrap.netty.initializer.AbstractChannelInitializer;
import com.hivemq.configuration.service.entity.TcpListener;
import com.hivemq.mqtt.handler.KeepAliveDisconnectService;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.handler.subscribe.IncomingSubscribeService;
import com.hivemq.mqtt.services.PublishPollService;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a connection goes through: the engine's handlers with ours around them, in this order from
 * the socket on: {@link Entrance}, which was there before, TLS, {@link HandshakeEnd}, {@link
 * WebSockets} on a listener for them, {@link FirstPacket}, the engine's codecs, {@link Terms},
 * {@link Deliveries}, {@link Publishes}, {@link Subscribes}, the engine.
 */
final class ConnectionPipeline extends AbstractChannelInitializer {
    private final ListenerConfig config;
    private final TlsContext tls;
    private final Arrivals arrivals;
    private final Gate gate;
    private final CertificatePolicy policy;
    private final Connections connections;
    private final Wills wills;
    private final KeepAliveDisconnectService keepAlive;
    private final PublishPollService poll;
    private final IncomingSubscribeService subscribes;
    private final MqttServerDisconnector disconnector;
    private final Function<Connection, Publishes> publishes;
    private final HandshakeWork handshakes;
    private final Consumer<GateEvent> watch;

    /**
     * @param publishes makes the handler of one connection's messages
     * @param handshakes runs the computations of TLS
     */
    ConnectionPipeline(
            ListenerConfig config,
            TlsContext tls,
            Arrivals arrivals,
            Gate gate,
            CertificatePolicy policy,
            Engine engine,
            Connections connections,
            Wills wills,
            Function<Connection, Publishes> publishes,
            HandshakeWork handshakes,
            Consumer<GateEvent> watch) {
        super(
                engine.handlers(),
                new TcpListener(config.port(), config.bindAddress(), config.name()));
        this.config = config;
        this.tls = tls;
        this.arrivals = arrivals;
        this.gate = gate;
        this.policy = policy;
        this.connections = connections;
        this.wills = wills;
        this.keepAlive = engine.get(KeepAliveDisconnectService.class);
        this.poll = engine.get(PublishPollService.class);
        this.subscribes = engine.get(IncomingSubscribeService.class);
        this.disconnector = engine.get(MqttServerDisconnector.class);
        this.publishes = publishes;
        this.handshakes = handshakes;
        this.watch = watch;
    }

    @Override
    protected void initChannel(Channel channel) throws Exception {
        super.initChannel(channel);
        if (channel.isActive()) { // else the engine is shutting down
            ClientConnectionContext.of(channel)
                    .setExtensionConnectionInformation(Connection.of(channel));
        }
    }

    @Override
    protected void addSpecialHandlers(Channel channel) {
        Connection connection = Connection.of(channel);
        SslHandler handshake = tls.newHandler(channel.alloc(), handshakes.of(connection));
        handshake.setHandshakeTimeoutMillis(0); // the entrance has the clock, and says so
        var entrance = (Entrance) channel.pipeline().get(Entrance.NAME);
        channel.pipeline()
                .addAfter(Entrance.NAME, SSL_HANDLER, handshake)
                .addAfter(
                        SSL_HANDLER,
                        HandshakeEnd.NAME,
                        new HandshakeEnd(connection, entrance, handshake, watch))
                .addBefore(
                        MQTT_MESSAGE_DECODER,
                        FirstPacket.NAME,
                        new FirstPacket(
                                connection, gate.limits().connecting().connectBytesMax(), watch))
                .addAfter(
                        MQTT_MESSAGE_ENCODER,
                        Terms.NAME,
                        new Terms(
                                connection,
                                arrivals,
                                gate,
                                policy,
                                keepAlive,
                                poll,
                                wills,
                                disconnector,
                                watch))
                .addAfter(
                        Terms.NAME,
                        Deliveries.NAME,
                        new Deliveries(connection, gate, connections.owners(), disconnector, watch))
                .addAfter(MQTT_MESSAGE_BARRIER, Publishes.NAME, publishes.apply(connection));
        var _ =
                channel.pipeline()
                        .replace(
                                MQTT_SUBSCRIBE_HANDLER,
                                MQTT_SUBSCRIBE_HANDLER,
                                new Subscribes(
                                        connection,
                                        gate,
                                        connections,
                                        subscribes,
                                        disconnector,
                                        watch));
        if (config.kind() == ListenerConfig.Kind.WEBSOCKET) {
            WebSockets.add(channel.pipeline(), HandshakeEnd.NAME, connection, gate.limits(), watch);
        }
    }
}
