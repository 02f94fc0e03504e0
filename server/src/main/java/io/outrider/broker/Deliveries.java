package io.outrider.broker;

import com.hivemq.mqtt.event.PublishDroppedEvent;
import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.SubscribeRequest;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one connection is sent: puts each message before the gate as it leaves. A subscription that
 * was allowed says nothing of what has waited since, and its messages outlive it: they are sent
 * after an UNSUBSCRIBE, too (MQTT 5, section 3.10.4). Lives on the connection's event loop.
 */
final class Deliveries extends ChannelOutboundHandlerAdapter {
    static final String NAME = "outrider_deliveries";

    private final Connection connection;
    private final Gate gate;
    private final SessionOwners owners;
    private final MqttServerDisconnector disconnector;
    private final Consumer<GateEvent> watch;

    Deliveries(
            Connection connection,
            Gate gate,
            SessionOwners owners,
            MqttServerDisconnector disconnector,
            Consumer<GateEvent> watch) {
        this.connection = connection;
        this.gate = gate;
        this.owners = owners;
        this.disconnector = disconnector;
        this.watch = watch;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
            throws Exception {
        if (!(message instanceof PUBLISH publish)) {
            super.write(context, message, promise);
            return;
        }
        Optional<Identity> identity = connection.identity();
        if (identity.isEmpty()) {
            promise.tryFailure(new ClosedChannelException());
            connection.drop();
            return;
        }
        // Whoever may hear a topic may subscribe to it alone.
        var request = new SubscribeRequest(publish.getTopic(), publish.getQoS().getQosNumber());
        if (gate.subscribe(identity.get(), request) instanceof Decision.Deny deny) {
            withhold(context, identity.get(), publish, deny, promise);
            return;
        }
        super.write(context, message, promise);
    }

    private void withhold(
            ChannelHandlerContext context,
            Identity identity,
            PUBLISH publish,
            Decision.Deny deny,
            ChannelPromise promise) {
        watch.accept(
                new GateEvent.Denied(
                        connection.peer(),
                        identity,
                        connection.clientId(),
                        Operation.SUBSCRIBE,
                        publish.getTopic(),
                        deny.code(),
                        deny.reason(),
                        deny.rule()));
        if (owners.mayKeep(identity, connection.clientId())) {
            // Goes as one that has expired; the next may come.
            promise.trySuccess();
            context.fireUserEventTriggered(new PublishDroppedEvent(publish));
            return;
        }
        // About to be cut off. What it had of a shared subscription is left to the others.
        promise.tryFailure(new ClosedChannelException());
        Answers.disconnect(disconnector, context.channel(), deny.code(), deny.reason());
    }
}
