package io.outrider.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What runs inside the engine: its questions who may come in and who may subscribe lead to the
 * gate. The engine goes on without us if {@link #extensionStart} fails; {@link Broker} looks at
 * {@link #connections} therefore.
 */
final class GateExtension implements ExtensionMain {
    private final Gate gate;
    private final CertificatePolicy policy;
    private final Optional<Verifiers> verifiers;
    private final Consumer<GateEvent> watch;
    private final LongSupplier nanoTime;

    private volatile @Nullable Connections connections;

    GateExtension(
            Gate gate,
            CertificatePolicy policy,
            Optional<Verifiers> verifiers,
            Consumer<GateEvent> watch) {
        this(gate, policy, verifiers, watch, System::nanoTime);
    }

    /**
     * As above.
     *
     * @param nanoTime a clock that only runs forward, in nanoseconds; a test moves it
     */
    GateExtension(
            Gate gate,
            CertificatePolicy policy,
            Optional<Verifiers> verifiers,
            Consumer<GateEvent> watch,
            LongSupplier nanoTime) {
        this.gate = gate;
        this.policy = policy;
        this.verifiers = verifiers;
        this.watch = watch;
        this.nanoTime = nanoTime;
    }

    /** There once the engine has called. */
    Optional<Connections> connections() {
        return Optional.ofNullable(connections);
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        var made = Connections.ofStartingEngine(gate, nanoTime);
        var proof =
                new ConnectProof(
                        policy, verifiers.map(CredentialCheck::new), InstantSource.system());
        var takeovers = new Takeovers(gate.limits().connecting().takeoverPause(), nanoTime);
        var admissions = new Admissions(gate, made.owners(), takeovers, watch);
        var authorizer = new TopicAuthorizer(gate, made);
        Services.securityRegistry()
                .setEnhancedAuthenticatorProvider(
                        _ -> new ConnectAuthenticator(admissions, proof, verifiers));
        Services.securityRegistry().setAuthorizerProvider(_ -> authorizer);
        connections = made;
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        // Everything ends with the engine.
    }
}
