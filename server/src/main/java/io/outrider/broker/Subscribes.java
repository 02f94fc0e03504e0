package io.outrider.broker;

import static java.util.Objects.requireNonNull;

import com.hivemq.mqtt.handler.connect.SubscribeMessageBarrier;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.handler.subscribe.IncomingSubscribeService;
import com.hivemq.mqtt.message.reason.Mqtt5SubAckReasonCode;
import com.hivemq.mqtt.message.subscribe.SUBSCRIBE;
import com.hivemq.mqtt.message.subscribe.Topic;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.ReasonCode;
import io.outrider.gate.SubscribeRequest;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection subscribes to: puts each filter before the gate. Stands in the place of the
 * engine's own handler, which would ask on other threads, so that another client's message could
 * overtake a subscription that was sent before it. Here it holds once this handler has returned.
 * Lives on the connection's event loop.
 */
final class Subscribes extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Subscribes.class);

    private final Connection connection;
    private final Gate gate;
    private final Connections connections;
    private final IncomingSubscribeService engine;
    private final MqttServerDisconnector disconnector;
    private final Consumer<GateEvent> watch;

    Subscribes(
            Connection connection,
            Gate gate,
            Connections connections,
            IncomingSubscribeService engine,
            MqttServerDisconnector disconnector,
            Consumer<GateEvent> watch) {
        this.connection = connection;
        this.gate = gate;
        this.connections = connections;
        this.engine = engine;
        this.disconnector = disconnector;
        this.watch = watch;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!(message instanceof SUBSCRIBE subscribe)) {
            super.channelRead(context, message);
            return;
        }
        try {
            decide(context, subscribe);
        } catch (RuntimeException | Error e) {
            // The top of our code under the event loop: a bug of ours must not open anything.
            log.error("{} could not be subscribed", connection.clientId(), e);
            end(context, ReasonCode.UNSPECIFIED_ERROR, "internal error");
        }
    }

    private void decide(ChannelHandlerContext context, SUBSCRIBE subscribe) {
        Optional<Identity> identity = connection.identity();
        if (identity.isEmpty()) {
            end(context, ReasonCode.NOT_AUTHORIZED, "not admitted");
            return;
        }
        int count = subscribe.getTopics().size();
        var codes = new Mqtt5SubAckReasonCode[count];
        var reasons = new String[count];
        for (int i = 0; i < count; i++) {
            Topic topic = subscribe.getTopics().get(i);
            int qos = topic.getQoS().getQosNumber();
            Decision decision = decide(identity.get(), new SubscribeRequest(topic.getTopic(), qos));
            report(identity.get(), topic.getTopic(), qos, decision);
            switch (decision) {
                case Decision.Allow _ ->
                        codes[i] = requireNonNull(Mqtt5SubAckReasonCode.fromCode(qos));
                case Decision.Deny(var code, var reason, _) -> {
                    codes[i] = Mqtt5SubAckReasonCode.from(Codes.suback(code));
                    reasons[i] = reason;
                }
            }
        }
        SubscribeMessageBarrier.addToPipeline(context);
        engine.processSubscribe(context, subscribe, codes, reasons, true);
    }

    private Decision decide(Identity identity, SubscribeRequest request) {
        int max = gate.limits().sessions().subscriptionsMax();
        return gate.subscribe(identity, request)
                .and(() ->
                        connection.subscribe(
                                        request.filter(),
                                        () -> connections.filters(connection.clientId()),
                                        max)
                                ? new Decision.Allow("limit")
                                : new Decision.Deny(
                                        ReasonCode.QUOTA_EXCEEDED,
                                        "a session has at most " + max + " subscriptions",
                                        "limit"));
    }

    private void report(Identity identity, String filter, int qos, Decision decision) {
        String clientId = connection.clientId();
        watch.accept(
                switch (decision) {
                    case Decision.Allow _ ->
                            new GateEvent.Subscribed(
                                    connection.peer(), identity, clientId, filter, qos);
                    case Decision.Deny(var code, var reason, var rule) ->
                            new GateEvent.Denied(
                                    connection.peer(),
                                    identity,
                                    clientId,
                                    Operation.SUBSCRIBE,
                                    filter,
                                    code,
                                    reason,
                                    rule);
                });
    }

    private void end(ChannelHandlerContext context, ReasonCode code, String reason) {
        Answers.disconnect(disconnector, context.channel(), code, reason);
    }
}
