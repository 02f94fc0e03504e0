package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import io.outrider.gate.Admission;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Peer;
import io.outrider.gate.Proof;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts each CONNECT before the gate. An exception in here, and a time-out, is a refusal: that much
 * the engine does by itself. Safe for use by many threads.
 */
final class ConnectAuthenticator implements SimpleAuthenticator {
    private static final Logger log = LoggerFactory.getLogger(ConnectAuthenticator.class);
    private static final Duration SESSION_DROP_MAX = Duration.ofSeconds(10);

    private final Gate gate;
    private final Connections connections;
    private final Consumer<GateEvent> watch;

    /**
     * The enrolment number that owns what the engine keeps under a tracker's name. Grows with the
     * registry, not with what strangers send: only who is admitted is in it.
     */
    private final Map<TrackerId, Long> sessionOwners = new ConcurrentHashMap<>();

    ConnectAuthenticator(Gate gate, Connections connections, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.connections = connections;
        this.watch = watch;
    }

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
        output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        ConnectPacket connect = input.getConnectPacket();
        ConnectionInformation connection = input.getConnectionInformation();
        String address = connection.getInetAddress().map(a -> a.getHostAddress()).orElse("unknown");
        var peer = new Peer(address, 0, "trackers");
        switch (gate.admit(request(connect), proof(connection))) {
            case Admission.Refused(var code, var reason, var rule) -> {
                watch.accept(
                        new GateEvent.Refused(peer, connect.getClientId(), code, reason, rule));
                output.failAuthentication(Codes.connack(code), reason);
            }
            case Admission.Admitted(Identity.OfTracker identity) -> {
                IdentityAttribute.put(connection.getConnectionAttributeStore(), identity);
                watch.accept(
                        new GateEvent.Connected(
                                peer, identity, connect.getClientId(), version(connect)));
                admit(identity, output);
            }
            case Admission.Admitted _ ->
                    output.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, "not here");
        }
    }

    /** A name that was enrolled again inherits no session: that one goes first. */
    private void admit(Identity.OfTracker identity, SimpleAuthOutput output) {
        Long owner = sessionOwners.put(identity.tracker(), identity.number());
        if (owner == null || owner == identity.number()) {
            output.authenticateSuccessfully();
            return;
        }
        Async<SimpleAuthOutput> held =
                output.async(
                        SESSION_DROP_MAX,
                        TimeoutFallback.FAILURE,
                        ConnackReasonCode.SERVER_UNAVAILABLE,
                        "try again");
        var _ =
                connections
                        .dropSession(identity.tracker())
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                output.authenticateSuccessfully();
                            } else {
                                log.error("a session cannot be dropped", failure);
                                sessionOwners.put(identity.tracker(), owner);
                                output.failAuthentication(
                                        ConnackReasonCode.SERVER_UNAVAILABLE, "try again");
                            }
                            held.resume();
                        });
    }

    private static ConnectRequest request(ConnectPacket connect) {
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

    private static Proof proof(ConnectionInformation connection) {
        return connection
                .getClientTlsInformation()
                .flatMap(ClientTlsInformation::getClientCertificate)
                .<Proof>map(Proof.OfCertificate::new)
                .orElseGet(() -> new Proof.Nothing("there is no client certificate"));
    }

    private static MqttVersion version(ConnectPacket connect) {
        return switch (connect.getMqttVersion()) {
            case V_3_1 -> MqttVersion.V3_1;
            case V_3_1_1 -> MqttVersion.V3_1_1;
            case V_5 -> MqttVersion.V5;
        };
    }
}
