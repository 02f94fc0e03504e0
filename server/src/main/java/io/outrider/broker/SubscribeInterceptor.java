package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.interceptor.subscribe.SubscribeInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.subscribe.parameter.SubscribeInboundInput;
import com.hivemq.extension.sdk.api.interceptor.subscribe.parameter.SubscribeInboundOutput;
import io.outrider.gate.Identity;
import io.outrider.gate.Limits;
import io.outrider.gate.ReasonCode;
import java.time.Duration;

/** Ends a connection that asks for too many filters at once, before any of them is looked at. */
final class SubscribeInterceptor implements SubscribeInboundInterceptor {
    /** How long the engine keeps a SUBSCRIBE that goes nowhere. */
    private static final Duration DISCARD = Duration.ofMillis(100);

    private final Identity.OfTracker identity;
    private final Limits limits;
    private final Connections connections;

    SubscribeInterceptor(Identity.OfTracker identity, Limits limits, Connections connections) {
        this.identity = identity;
        this.limits = limits;
        this.connections = connections;
    }

    @Override
    public void onInboundSubscribe(SubscribeInboundInput input, SubscribeInboundOutput output) {
        if (input.getSubscribePacket().getSubscriptions().size() <= limits.packets().filtersMax()) {
            return;
        }
        output.async(DISCARD, TimeoutFallback.FAILURE); // never resumed: it times out, and fails
        var _ =
                connections.disconnect(
                        identity.tracker(), ReasonCode.QUOTA_EXCEEDED, "too many filters");
    }
}
