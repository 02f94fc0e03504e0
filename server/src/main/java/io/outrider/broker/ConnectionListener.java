package io.outrider.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.events.client.ClientLifecycleEventListener;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationFailedInput;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationSuccessfulInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionStartInput;
import com.hivemq.extension.sdk.api.events.client.parameters.DisconnectEventInput;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Peer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hears when connections begin and end. Asks the gate once more when one has begun: whoever was
 * removed between the first question and now was not yet there to be disconnected.
 */
final class ConnectionListener implements ClientLifecycleEventListener {
    private final Gate gate;
    private final Connections connections;
    private final Consumer<GateEvent> watch;

    ConnectionListener(Gate gate, Connections connections, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.connections = connections;
        this.watch = watch;
    }

    @Override
    public void onMqttConnectionStart(ConnectionStartInput input) {
        // The authenticator comes next and does everything.
    }

    @Override
    public void onAuthenticationSuccessful(AuthenticationSuccessfulInput input) {
        Optional<Identity.OfTracker> identity = identity(input.getConnectionInformation());
        if (identity.isPresent()
                && gate.stay(identity.get())
                        instanceof Decision.Deny(var code, var reason, var _)) {
            var _ = connections.disconnect(identity.get().tracker(), code, reason);
        }
    }

    @Override
    public void onAuthenticationFailedDisconnect(AuthenticationFailedInput input) {
        // The authenticator has told the watch.
    }

    @Override
    public void onDisconnect(DisconnectEventInput input) {
        identity(input.getConnectionInformation())
                .ifPresent(identity ->
                        watch.accept(
                                new GateEvent.Disconnected(
                                        new Peer("unknown", 0, "trackers"),
                                        identity,
                                        identity.name(),
                                        false,
                                        Optional.empty(),
                                        "")));
    }

    private static Optional<Identity.OfTracker> identity(ConnectionInformation connection) {
        return IdentityAttribute.of(connection.getConnectionAttributeStore());
    }
}
