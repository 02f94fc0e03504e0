package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import io.outrider.gate.Admission;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Proof;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts each CONNECT before the gate. An exception in here, and a time-out, is a refusal: that much
 * the engine does by itself. Safe for use by many threads.
 */
final class ConnectAuthenticator implements SimpleAuthenticator {
    private static final Logger log = LoggerFactory.getLogger(ConnectAuthenticator.class);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final Gate gate;
    private final SessionOwners owners;
    private final Consumer<GateEvent> watch;

    ConnectAuthenticator(Gate gate, SessionOwners owners, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.owners = owners;
        this.watch = watch;
    }

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
        output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        ConnectPacket connect = input.getConnectPacket();
        Connection connection = Connection.of(input.getConnectionInformation());
        switch (gate.admit(request(connect), proof(connection))) {
            case Admission.Refused(var code, var reason, var rule) -> {
                watch.accept(
                        new GateEvent.Refused(
                                connection.peer(), connect.getClientId(), code, reason, rule));
                output.failAuthentication(Codes.connack(code), reason);
            }
            case Admission.Admitted(var identity) ->
                    admit(identity, connection, connect.getClientId(), output);
        }
    }

    private void admit(
            Identity identity, Connection connection, String clientId, SimpleAuthOutput output) {
        Async<SimpleAuthOutput> held =
                output.async(
                        ANSWER_MAX,
                        TimeoutFallback.FAILURE,
                        ConnackReasonCode.SERVER_UNAVAILABLE,
                        "try again");
        var _ =
                owners.claim(identity, clientId)
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                connection.admit(identity, clientId);
                                output.authenticateSuccessfully();
                            } else {
                                log.error("a session cannot be dropped", failure);
                                output.failAuthentication(
                                        ConnackReasonCode.SERVER_UNAVAILABLE, "try again");
                            }
                            held.resume();
                        });
    }

    private static Proof proof(Connection connection) {
        return connection
                .certificate()
                .<Proof>map(Proof.OfCertificate::new)
                .orElseGet(() -> new Proof.Nothing("there is no client certificate"));
    }

    static ConnectRequest request(ConnectPacket connect) {
        return new ConnectRequest(
                version(connect),
                connect.getClientId(),
                connect.getKeepAlive(),
                connect.getWillPublish()
                        .map(will ->
                                new ConnectRequest.Will(
                                        will.getTopic(),
                                        will.getQos().getQosNumber(),
                                        will.getRetain())));
    }

    private static MqttVersion version(ConnectPacket connect) {
        return switch (connect.getMqttVersion()) {
            case V_3_1 -> MqttVersion.V3_1;
            case V_3_1_1 -> MqttVersion.V3_1_1;
            case V_5 -> MqttVersion.V5;
        };
    }
}
