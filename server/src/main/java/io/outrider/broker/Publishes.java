package io.outrider.broker;

import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.Limits;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection publishes, one message after the other: rate, rights, then a tracker's
 * message goes to the inbox and never into the engine, a client's message goes on into the engine.
 * What waits here is bounded by not reading on. Lives on the connection's event loop.
 */
final class Publishes extends ChannelInboundHandlerAdapter {
    static final String NAME = "outrider_publishes";

    private static final Logger log = LoggerFactory.getLogger(Publishes.class);

    /** Payload bytes that may wait here before no more is read: two of the largest packets. */
    private final long waitingBytesMax;

    private final Connection connection;
    private final Gate gate;
    private final Limits limits;
    private final Uplink uplink;
    private final Retained retained;
    private final MqttServerDisconnector disconnector;
    private final Consumer<GateEvent> watch;
    private final Paces paces;
    private final Queue<PUBLISH> waiting = new ArrayDeque<>();

    private @Nullable Joined joined; // from the first message on
    private long waitingBytes;
    private boolean isBusy; // with the message before those that wait
    private boolean isEnded; // nothing more is handled
    private boolean isPaused; // we do not read on

    private record Joined(Identity identity, Paces.Pace pace) {}

    Publishes(
            Connection connection,
            Gate gate,
            Paces paces,
            Uplink uplink,
            Retained retained,
            MqttServerDisconnector disconnector,
            Consumer<GateEvent> watch) {
        this.connection = connection;
        this.gate = gate;
        this.paces = paces;
        this.limits = gate.limits();
        this.uplink = uplink;
        this.retained = retained;
        this.disconnector = disconnector;
        this.watch = watch;
        this.waitingBytesMax = 2L * limits.packets().packetBytesMax();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!(message instanceof PUBLISH publish)) {
            super.channelRead(context, message);
            return;
        }
        if (isEnded) {
            return;
        }
        waiting.add(publish);
        waitingBytes += size(publish);
        pauseOrReadOn(context);
        handleWaiting(context);
    }

    /** MQTT 5 has a word for it, the receive maximum; MQTT 3.1.1 and QoS 0 have TCP. */
    private void pauseOrReadOn(ChannelHandlerContext context) {
        boolean isFull =
                waiting.size() > limits.packets().receiveMax() || waitingBytes > waitingBytesMax;
        if (isFull != isPaused && !isEnded) {
            isPaused = isFull;
            context.channel().config().setAutoRead(!isFull);
        }
    }

    private void handleWaiting(ChannelHandlerContext context) {
        while (!isBusy && !isEnded && !waiting.isEmpty()) {
            PUBLISH publish = waiting.element();
            if (mustWait(context, publish)) {
                return;
            }
            waiting.remove();
            waitingBytes -= size(publish);
            pauseOrReadOn(context);
            handle(context, publish);
        }
    }

    /** The rate: a message that has to be answered is answered later, any other is one too many. */
    private boolean mustWait(ChannelHandlerContext context, PUBLISH publish) {
        Optional<Identity> identity = connection.identity();
        if (identity.isEmpty()) {
            return false; // what is decided next ends it
        }
        if (joined == null) {
            joined = new Joined(identity.get(), paces.join(identity.get()));
        }
        Paces.Pace pace = joined.pace();
        long now = System.nanoTime();
        long delay = pace.take(size(publish), now);
        if (delay == 0) {
            return false;
        }
        Limit limit = pace.reached(now);
        watch.accept(
                new GateEvent.Limited(connection.peer(), identity, limit, "publishes too fast"));
        if (publish.getQoS() == QoS.AT_MOST_ONCE) {
            expel(context, ReasonCode.MESSAGE_RATE_TOO_HIGH, "publish more slowly");
            return true;
        }
        isBusy = true;
        var _ = context.executor().schedule(() -> goOn(context), delay, TimeUnit.NANOSECONDS);
        return true;
    }

    private void handle(ChannelHandlerContext context, PUBLISH publish) {
        try {
            decide(context, publish);
        } catch (RuntimeException | Error e) {
            // The top of our code under the event loop: a bug of ours must not become a PUBACK.
            log.error("a message of {} could not be handled", connection.clientId(), e);
            expel(context, ReasonCode.UNSPECIFIED_ERROR, "internal error");
        }
    }

    private void decide(ChannelHandlerContext context, PUBLISH publish) {
        Optional<Identity> identity = connection.identity();
        if (identity.isEmpty()) {
            expel(context, ReasonCode.NOT_AUTHORIZED, "not admitted");
            return;
        }
        if (gate.publish(identity.get(), request(publish)) instanceof Decision.Deny deny) {
            deny(context, identity.get(), publish, deny);
            return;
        }
        if (identity.get() instanceof Identity.OfClient client
                && publish.isRetain()
                && !mayRetain(client, publish)) {
            String why = "too many retained messages";
            watch.accept(new GateEvent.Limited(connection.peer(), identity, Limit.RETAINED, why));
            refuse(context, publish, ReasonCode.QUOTA_EXCEEDED, why);
            return;
        }
        watch.accept(
                new GateEvent.Published(
                        connection.peer(),
                        identity.get(),
                        connection.clientId(),
                        publish.getTopic(),
                        size(publish),
                        publish.getQoS().getQosNumber(),
                        publish.isRetain()));
        switch (identity.get()) {
            case Identity.OfTracker tracker -> {
                isBusy = true;
                uplink.take(this, context, tracker, publish);
            }
            case Identity.OfClient _ -> context.fireChannelRead(publish);
        }
    }

    /** Ends the connection of whoever may not be here any more, and refuses the message else. */
    private void deny(
            ChannelHandlerContext context,
            Identity identity,
            PUBLISH publish,
            Decision.Deny refusal) {
        if (gate.stay(identity) instanceof Decision.Deny gone) {
            report(identity, publish, gone);
            Answers.withoutWill(context.channel());
            expel(context, gone.code(), gone.reason());
            return;
        }
        report(identity, publish, refusal);
        if (isIgnored(identity, publish)) {
            Answers.ignore(context, publish);
        } else {
            refuse(context, publish, refusal.code(), refusal.reason());
        }
    }

    /**
     * In MQTT 3.1.1 a refused message can be acknowledged and dropped, or end the connection
     * (section 3.3.5). It ends it, so that whoever sent it learns of it; but not for a topic that
     * is the server's, where no client hears anything from another anyway. Bridges publish their
     * own state there, and would do so again after each reconnection.
     */
    private boolean isIgnored(Identity identity, PUBLISH publish) {
        return identity instanceof Identity.OfClient
                && connection.version() == MqttVersion.V3_1_1
                && publish.getTopic().startsWith("$");
    }

    /** Notes whose it is; one without a payload clears the topic (MQTT 5, section 3.3.1.3). */
    private boolean mayRetain(Identity.OfClient client, PUBLISH publish) {
        if (size(publish) == 0) {
            retained.release(publish.getTopic());
            return true;
        }
        return retained.claim(client, publish.getTopic());
    }

    /** The message before those that wait is done with, on whichever thread. */
    void goOn(ChannelHandlerContext context) {
        if (!context.executor().inEventLoop()) {
            context.executor().execute(() -> goOn(context));
            return;
        }
        isBusy = false;
        handleWaiting(context);
    }

    /** With a code where the flow of this message can carry one; otherwise the connection ends. */
    void refuse(ChannelHandlerContext context, PUBLISH publish, ReasonCode code, String reason) {
        if (!Answers.refuse(context, connection, publish, code, reason)) {
            expel(context, code, reason);
        }
    }

    /** The connection ends now, and what waits gets no answer. */
    void expel(ChannelHandlerContext context, ReasonCode code, String reason) {
        isEnded = true;
        waiting.clear();
        waitingBytes = 0;
        Answers.disconnect(disconnector, context.channel(), code, reason);
    }

    /** Nothing more is handled, but the connection stays for a while. */
    void freeze(ChannelHandlerContext context) {
        isEnded = true;
        waiting.clear();
        waitingBytes = 0;
        context.channel().config().setAutoRead(false);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        isEnded = true;
        waiting.clear();
        if (joined != null) {
            paces.leave(joined.identity());
            joined = null;
        }
        super.channelInactive(context);
    }

    private void report(Identity identity, PUBLISH publish, Decision.Deny deny) {
        watch.accept(
                new GateEvent.Denied(
                        connection.peer(),
                        identity,
                        connection.clientId(),
                        Operation.PUBLISH,
                        publish.getTopic(),
                        deny.code(),
                        deny.reason(),
                        deny.rule()));
    }

    private static int size(PUBLISH publish) {
        byte[] payload = publish.getPayload();
        return payload == null ? 0 : payload.length;
    }

    static PublishRequest request(PUBLISH publish) {
        int propertyBytes = 0;
        var properties = publish.getUserProperties().asList();
        for (var property : properties) {
            propertyBytes += property.getName().getBytes(StandardCharsets.UTF_8).length;
            propertyBytes += property.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        return new PublishRequest(
                publish.getTopic(),
                publish.getQoS().getQosNumber(),
                publish.isRetain(),
                Optional.ofNullable(publish.getResponseTopic()),
                properties.size(),
                propertyBytes);
    }
}
