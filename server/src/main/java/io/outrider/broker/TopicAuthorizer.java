package io.outrider.broker;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.ReasonCode;
import io.outrider.gate.SubscribeRequest;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts each filter of a SUBSCRIBE before the gate, and whatever the engine is about to route: a
 * client's message once more, and its will. A tracker's message never comes this far, so here a
 * tracker publishes nothing.
 */
final class TopicAuthorizer implements SubscriptionAuthorizer, PublishAuthorizer {
    private final Gate gate;
    private final Connections connections;
    private final Consumer<GateEvent> watch;

    TopicAuthorizer(Gate gate, Connections connections, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.connections = connections;
        this.watch = watch;
    }

    @Override
    public void authorizeSubscribe(
            SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        Connection connection = Connection.of(input.getConnectionInformation());
        Optional<Identity> identity = connection.identity();
        if (identity.isEmpty()) {
            output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "not admitted");
            return;
        }
        String filter = input.getSubscription().getTopicFilter();
        int qos = input.getSubscription().getQos().getQosNumber();
        switch (decide(connection, identity.get(), new SubscribeRequest(filter, qos))) {
            case Decision.Allow _ -> {
                watch.accept(
                        new GateEvent.Subscribed(
                                connection.peer(),
                                identity.get(),
                                connection.clientId(),
                                filter,
                                qos));
                output.authorizeSuccessfully();
            }
            case Decision.Deny(var code, var reason, var rule) -> {
                watch.accept(
                        new GateEvent.Denied(
                                connection.peer(),
                                identity.get(),
                                connection.clientId(),
                                Operation.SUBSCRIBE,
                                filter,
                                code,
                                reason,
                                rule));
                output.failAuthorization(Codes.suback(code), reason);
            }
        }
    }

    private Decision decide(Connection connection, Identity identity, SubscribeRequest request) {
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

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        Connection connection = Connection.of(input.getConnectionInformation());
        PublishRequest request = request(input.getPublishPacket());
        if (!(connection.identity().orElse(null) instanceof Identity.OfClient client)
                || gate.publish(client, request) instanceof Decision.Deny) {
            output.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "nothing passes from here");
        } else if (connection.stage() != Connection.Stage.ADMITTED
                && !mayLeave(client, connection, request)) {
            output.failAuthorization(AckReasonCode.QUOTA_EXCEEDED, "too many retained messages");
        } else {
            output.authorizeSuccessfully();
        }
    }

    /** Before the CONNACK it is the will that the engine asks about. */
    private boolean mayLeave(Identity.OfClient client, Connection connection, PublishRequest will) {
        if (will.retain() && !connections.retained().claim(client, will.topic())) {
            return false;
        }
        connections.owners().leaveWill(connection.clientId(), will);
        return true;
    }

    private static PublishRequest request(PublishPacket packet) {
        return new PublishRequest(
                packet.getTopic(),
                packet.getQos().getQosNumber(),
                packet.getRetain(),
                packet.getResponseTopic(),
                0, // counted when it came in
                0);
    }
}
