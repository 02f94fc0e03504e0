package io.outrider.broker;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.SubscribeRequest;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts each filter of a SUBSCRIBE before the gate, and lets nothing be published: what may be
 * published has been taken out by {@link PublishInterceptor}, so whatever comes this far, a will
 * included, has found a way around it.
 */
final class TopicAuthorizer implements SubscriptionAuthorizer, PublishAuthorizer {
    private final Gate gate;
    private final Consumer<GateEvent> watch;

    TopicAuthorizer(Gate gate, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.watch = watch;
    }

    @Override
    public void authorizeSubscribe(
            SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        Optional<Identity.OfTracker> identity =
                IdentityAttribute.of(
                        input.getConnectionInformation().getConnectionAttributeStore());
        if (identity.isEmpty()) {
            output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "not admitted");
            return;
        }
        String filter = input.getSubscription().getTopicFilter();
        switch (gate.subscribe(
                identity.get(),
                new SubscribeRequest(filter, input.getSubscription().getQos().getQosNumber()))) {
            case Decision.Allow _ -> output.authorizeSuccessfully();
            case Decision.Deny(var code, var reason, var rule) -> {
                watch.accept(
                        new GateEvent.Denied(
                                identity.get(),
                                identity.get().name(),
                                Operation.SUBSCRIBE,
                                filter,
                                code,
                                reason,
                                rule));
                output.failAuthorization(Codes.suback(code), reason);
            }
        }
    }

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        output.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "nothing passes from here");
    }
}
