package io.outrider.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.client.ClientContext;
import com.hivemq.extension.sdk.api.client.parameter.InitializerInput;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.client.parameter.ListenerType;
import com.hivemq.extension.sdk.api.client.parameter.ServerInformation;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What runs inside the engine: each of its hooks leads to the gate or the inbox. The engine calls
 * {@link #extensionStart} before it opens a listener, and goes on without us if that fails; {@link
 * Broker} looks at {@link #started} therefore.
 */
final class GateExtension implements ExtensionMain {
    private final Gate gate;
    private final Inbox inbox;
    private final Consumer<GateEvent> watch;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("broker-withheld").daemon().factory());

    private volatile @Nullable Started started;

    /** What there is once the engine has called. */
    record Started(Connections connections, ServerInformation server) {
        /** The port that the listener has got, 1 … 65,535. */
        int port() {
            return server.getListener().iterator().next().getPort();
        }
    }

    GateExtension(Gate gate, Inbox inbox, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.inbox = inbox;
        this.watch = watch;
    }

    Optional<Started> started() {
        return Optional.ofNullable(started);
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        ServerInformation server = input.getServerInformation();
        if (!isOneTlsListener(server.getListener())) {
            // What the engine does with a configuration that it cannot read: a plain listener.
            output.preventExtensionStartup("the listeners are not the one that was configured");
            return;
        }
        var connections = new Connections(Services.clientService(), Services.publishService());
        var authenticator = new ConnectAuthenticator(gate, connections, watch);
        var authorizer = new TopicAuthorizer(gate, watch);
        var listener = new ConnectionListener(gate, connections, watch);
        Services.securityRegistry().setAuthenticatorProvider(_ -> authenticator);
        Services.securityRegistry().setAuthorizerProvider(_ -> authorizer);
        Services.eventRegistry().setClientLifecycleEventListener(_ -> listener);
        Services.initializerRegistry()
                .setClientInitializer((client, context) -> equip(client, context, connections));
        started = new Started(connections, server);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        timer.shutdownNow();
    }

    private void equip(InitializerInput client, ClientContext context, Connections connections) {
        var attributes = client.getConnectionInformation().getConnectionAttributeStore();
        // A connection without an identity, or without these two, can do nothing: the authorizer
        // refuses whatever they do not take.
        IdentityAttribute.of(attributes)
                .ifPresent(identity -> {
                    context.addPublishInboundInterceptor(
                            new PublishInterceptor(
                                    identity, gate, inbox, connections, timer, watch));
                    context.addSubscribeInboundInterceptor(
                            new SubscribeInterceptor(identity, gate.limits(), connections));
                });
    }

    private static boolean isOneTlsListener(Set<Listener> listeners) {
        return listeners.size() == 1
                && listeners.iterator().next().getListenerType() == ListenerType.TLS_TCP_LISTENER;
    }
}
