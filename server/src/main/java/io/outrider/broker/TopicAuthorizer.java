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
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;

/**
 * Puts before the gate what the engine is about to route: a client's message once more, and its
 * will. A tracker's message never comes this far, nor does a SUBSCRIBE, see {@link Subscribes}; so
 * here a tracker publishes nothing, and nobody subscribes.
 */
final class TopicAuthorizer implements SubscriptionAuthorizer, PublishAuthorizer {
    private final Gate gate;
    private final Connections connections;

    TopicAuthorizer(Gate gate, Connections connections) {
        this.gate = gate;
        this.connections = connections;
    }

    @Override
    public void authorizeSubscribe(
            SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "nothing passes from here");
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
