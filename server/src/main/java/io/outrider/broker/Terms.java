package io.outrider.broker;

import com.hivemq.bootstrap.netty.ChannelHandlerNames;
import com.hivemq.extension.sdk.api.packets.general.DisconnectedReasonCode;
import com.hivemq.extensions.events.OnClientDisconnectEvent;
import com.hivemq.extensions.events.OnServerDisconnectEvent;
import com.hivemq.mqtt.handler.KeepAliveDisconnectHandler;
import com.hivemq.mqtt.handler.KeepAliveDisconnectService;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.message.ProtocolVersion;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.auth.AUTH;
import com.hivemq.mqtt.message.connack.CONNACK;
import com.hivemq.mqtt.message.connack.CONNACKBuilder;
import com.hivemq.mqtt.message.connect.CONNECT;
import com.hivemq.mqtt.message.mqtt5.Mqtt5UserProperties;
import com.hivemq.mqtt.message.mqtt5.MqttMessageWithUserProperties;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.message.reason.Mqtt5AuthReasonCode;
import com.hivemq.mqtt.message.reason.Mqtt5ConnAckReasonCode;
import com.hivemq.mqtt.message.subscribe.SUBSCRIBE;
import com.hivemq.mqtt.message.unsubscribe.UNSUBSCRIBE;
import com.hivemq.mqtt.services.PublishPollService;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import io.outrider.gate.ReasonCode;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the codecs and the engine: sees the CONNECT come and the CONNACK go, and makes the
 * CONNACK say what holds for this identity. Tells the watch who has come and gone.
 */
final class Terms extends ChannelDuplexHandler {
    static final String NAME = "outrider_terms";

    private static final Logger log = LoggerFactory.getLogger(Terms.class);

    /** MQTT allows one and a half of the keep alive (MQTT 5, section 3.1.2.10). */
    private static final double GRACE = 1.5;

    /** How long somebody who was told to go may take to read it. */
    private static final long LEAVE_MS = 500;

    private final Connection connection;
    private final Arrivals arrivals;
    private final Gate gate;
    private final CertificatePolicy policy;
    private final Limits limits;
    private final MqttServerDisconnector disconnector;
    private final KeepAliveDisconnectService keepAlive;
    private final PublishPollService poll;
    private final Wills wills;
    private final Consumer<GateEvent> watch;

    private @Nullable CONNECT connect;
    private @Nullable ScheduledFuture<?> end;
    private long willDelaySeconds;
    private boolean isAdmitted;
    private boolean byServer;
    private Optional<ReasonCode> code = Optional.empty();
    private String why = "";

    Terms(
            Connection connection,
            Arrivals arrivals,
            Gate gate,
            CertificatePolicy policy,
            KeepAliveDisconnectService keepAlive,
            PublishPollService poll,
            Wills wills,
            MqttServerDisconnector disconnector,
            Consumer<GateEvent> watch) {
        this.connection = connection;
        this.arrivals = arrivals;
        this.gate = gate;
        this.policy = policy;
        this.limits = gate.limits();
        this.disconnector = disconnector;
        this.keepAlive = keepAlive;
        this.poll = poll;
        this.wills = wills;
        this.watch = watch;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        Object read = message;
        if (message instanceof CONNECT received) {
            connect = AssignedIdentifier.give(received, connection, policy);
            read = connect;
            connection.reach(Connection.Stage.AUTHENTICATING);
            wills.connecting(connect.getClientIdentifier());
            if (context.pipeline().get(Entrance.NAME) instanceof Entrance entrance) {
                entrance.connectDone();
            }
        }
        if (isWithinLimits(context, read)) {
            super.channelRead(context, read);
        }
    }

    /** The limits that concern a packet as a whole, where the gate does not ask about them. */
    private boolean isWithinLimits(ChannelHandlerContext context, Object message) {
        if (message instanceof SUBSCRIBE subscribe
                && subscribe.getTopics().size() > limits.packets().filtersMax()) {
            return reached(context, Limit.SUBSCRIPTIONS, "too many filters");
        }
        if (message instanceof UNSUBSCRIBE unsubscribe) {
            connection.unsubscribe(unsubscribe.getTopics());
        }
        if (message instanceof MqttMessageWithUserProperties packet
                && !(message instanceof PUBLISH || message instanceof CONNECT)
                && isOver(packet.getUserProperties())) {
            return reached(context, Limit.USER_PROPERTIES, "too many user properties");
        }
        return true;
    }

    private boolean isOver(Mqtt5UserProperties properties) {
        return properties.asList().size() > limits.packets().userPropertiesMax()
                || properties.encodedLength() > limits.packets().userPropertyBytesMax();
    }

    private boolean reached(ChannelHandlerContext context, Limit limit, String what) {
        watch.accept(new GateEvent.Limited(connection.peer(), connection.identity(), limit, what));
        Answers.disconnect(disconnector, context.channel(), ReasonCode.QUOTA_EXCEEDED, what);
        return false;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
            throws Exception {
        if (message instanceof CONNACK connack
                && connack.getReasonCode() == Mqtt5ConnAckReasonCode.SUCCESS) {
            try {
                welcome(context, connack, promise);
            } catch (RuntimeException e) {
                // The top of our code under the event loop: whoever is not wholly in is out.
                log.error("a connection of {} cannot begin", connection.clientId(), e);
                var _ = context.close();
            }
            return;
        }
        super.write(context, message, promise);
        if (message instanceof AUTH auth && auth.getReasonCode() == Mqtt5AuthReasonCode.SUCCESS) {
            connection.identity().ifPresent(renewed -> endInTime(context, renewed.until()));
        }
    }

    private void welcome(ChannelHandlerContext context, CONNACK connack, ChannelPromise promise)
            throws Exception {
        Optional<Identity> identity = connection.identity();
        CONNECT asked = connect;
        if (identity.isEmpty() || asked == null) {
            // The engine would let somebody in whom the gate has not admitted.
            var _ = context.close();
            return;
        }
        // Once more, because whoever was removed since the first question was not yet here to be
        // cut off.
        if (gate.stay(identity.get()) instanceof Decision.Deny deny) {
            Answers.withoutWill(context.channel());
            Answers.disconnect(disconnector, context.channel(), deny.code(), deny.reason());
            return;
        }
        admit(context, identity.get(), asked);
        super.write(context, onTerms(connack, identity.get(), asked), promise);
        connect = null;
    }

    private void admit(ChannelHandlerContext context, Identity identity, CONNECT asked) {
        isAdmitted = true;
        connection.reach(Connection.Stage.ADMITTED);
        arrivals.proven(connection);
        if (context.pipeline().context(Entrance.NAME) != null) {
            context.pipeline().remove(Entrance.NAME);
        }
        if (asked.getWillPublish() != null) {
            willDelaySeconds = asked.getWillPublish().getDelayInterval();
        }
        int seconds = keepAliveSeconds(asked);
        if (seconds != asked.getKeepAlive()) {
            watchSilence(context, seconds);
        }
        endInTime(context, identity.until());
        if (identity instanceof Identity.OfClient) {
            serve(context.pipeline(), asked);
        }
        watch.accept(
                new GateEvent.Connected(
                        connection.peer(),
                        identity,
                        connection.clientId(),
                        Versions.of(asked.getProtocolVersion())));
    }

    /** What only clients need, who receive much and many topics. */
    private void serve(ChannelPipeline pipeline, CONNECT asked) {
        pipeline.addAfter(
                NAME, OutboundWindow.NAME, new OutboundWindow(poll, asked.getReceiveMaximum()));
        if (asked.getTopicAliasMaximum() > 0) {
            int aliasesMax =
                    Math.min(asked.getTopicAliasMaximum(), limits.packets().topicAliasesMax());
            pipeline.addBefore(
                    ChannelHandlerNames.MQTT_MESSAGE_ENCODER,
                    OutboundAliases.NAME,
                    new OutboundAliases(aliasesMax, asked.getMaximumPacketSize()));
        }
    }

    /** The session ends when what proved the identity does; asked again when that was renewed. */
    private void endInTime(ChannelHandlerContext context, Instant until) {
        if (end != null) {
            end.cancel(false);
        }
        if (until.equals(Instant.MAX) || !context.channel().isActive()) {
            return;
        }
        long millis = Math.max(0, until.toEpochMilli() - System.currentTimeMillis());
        end =
                context.executor()
                        .schedule(() -> endNow(context, until), millis, TimeUnit.MILLISECONDS);
    }

    private void endNow(ChannelHandlerContext context, Instant until) {
        Instant now = connection.identity().map(Identity::until).orElse(until);
        if (now.isAfter(until)) {
            endInTime(context, now);
            return;
        }
        Answers.withoutWill(context.channel());
        Answers.disconnect(
                disconnector,
                context.channel(),
                ReasonCode.NOT_AUTHORIZED,
                "what proved the identity has ended");
    }

    /** Puts the keep alive that holds in the place of the one that was asked for. */
    private void watchSilence(ChannelHandlerContext context, int seconds) {
        String name = ChannelHandlerNames.MQTT_KEEPALIVE_IDLE_HANDLER;
        if (context.pipeline().context(name) != null) {
            context.pipeline().remove(name);
        }
        long millis = (long) (seconds * 1000L * GRACE);
        context.pipeline()
                .addFirst(
                        name,
                        new KeepAliveDisconnectHandler(millis, TimeUnit.MILLISECONDS, keepAlive));
    }

    private int keepAliveSeconds(CONNECT asked) {
        return limits.sessions()
                .keepAliveSeconds(asked.getKeepAlive(), Versions.of(asked.getProtocolVersion()));
    }

    private Object onTerms(CONNACK connack, Identity identity, CONNECT asked) {
        if (asked.getProtocolVersion() != ProtocolVersion.MQTTv5) {
            return connack; // has no words for any of it
        }
        CONNACKBuilder told = copy(connack);
        int seconds = keepAliveSeconds(asked);
        if (seconds != asked.getKeepAlive()) {
            told.withServerKeepAlive(seconds);
        }
        if (identity instanceof Identity.OfTracker) {
            told.withMaximumQoS(QoS.AT_LEAST_ONCE)
                    .withRetainAvailable(false)
                    .withWildcardSubscriptionAvailable(false)
                    .withSharedSubscriptionAvailable(false);
        }
        return told.build();
    }

    private static CONNACKBuilder copy(CONNACK connack) {
        return CONNACK.builder()
                .withReasonCode(connack.getReasonCode())
                .withReasonString(connack.getReasonString())
                .withUserProperties(connack.getUserProperties())
                .withSessionPresent(connack.isSessionPresent())
                .withSessionExpiryInterval(connack.getSessionExpiryInterval())
                .withServerKeepAlive(connack.getServerKeepAlive())
                .withAssignedClientIdentifier(connack.getAssignedClientIdentifier())
                .withAuthMethod(connack.getAuthMethod())
                .withAuthData(connack.getAuthData())
                .withReceiveMaximum(connack.getReceiveMaximum())
                .withTopicAliasMaximum(connack.getTopicAliasMaximum())
                .withMaximumPacketSize(connack.getMaximumPacketSize())
                .withMaximumQoS(connack.getMaximumQoS())
                .withRetainAvailable(connack.isRetainAvailable())
                .withWildcardSubscriptionAvailable(connack.isWildcardSubscriptionAvailable())
                .withSubscriptionIdentifierAvailable(connack.isSubscriptionIdentifierAvailable())
                .withSharedSubscriptionAvailable(connack.isSharedSubscriptionAvailable())
                .withResponseInformation(connack.getResponseInformation());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        switch (event) {
            case OnServerDisconnectEvent ended -> {
                byServer = true;
                note(ended.getReasonCode() == null ? "" : ended.getReasonCode().name());
                why = ended.getReasonString() == null ? why : ended.getReasonString();
                // Who reads nothing keeps the DISCONNECT, and the close behind it, waiting.
                var _ =
                        context.executor()
                                .schedule(connection::drop, LEAVE_MS, TimeUnit.MILLISECONDS);
            }
            case OnClientDisconnectEvent ended -> {
                note(ended.getReasonCode() == null ? "" : ended.getReasonCode().name());
                if (ended.getReasonCode() == DisconnectedReasonCode.NORMAL_DISCONNECTION) {
                    connection.leave(Optional.empty());
                }
                why = ended.isGraceful() ? "disconnected" : "connection lost";
            }
            // Who has closed TLS says nothing more; MQTT knows no connection that is half open.
            case SslCloseCompletionEvent _ -> {
                var _ = context.close();
            }
            default -> {}
        }
        super.userEventTriggered(context, event);
    }

    /** The engine's names of codes are ours. */
    private void note(String name) {
        code = Arrays.stream(ReasonCode.values()).filter(c -> c.name().equals(name)).findFirst();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (end != null) {
            end.cancel(false); // a certificate's end is far, and would hold all this until then
        }
        if (isAdmitted) {
            wills.broken(context, connection, willDelaySeconds);
        }
        super.channelInactive(context);
        if (isAdmitted) {
            isAdmitted = false;
            connection
                    .identity()
                    .ifPresent(identity ->
                            watch.accept(
                                    new GateEvent.Disconnected(
                                            connection.peer(),
                                            identity,
                                            connection.clientId(),
                                            byServer,
                                            code,
                                            why)));
        }
    }
}
