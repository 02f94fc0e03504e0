package io.outrider.broker;

import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Proof;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a CONNECT shows by itself: a certificate, or a password or token in it. Safe for use by many
 * threads.
 */
record ConnectProof(Optional<CredentialCheck> credentials) {

    /** Where a password counts it counts first: who sends one wants to be that name. */
    CompletionStage<Shown> shown(Connection connection, ConnectPacket packet) {
        Optional<byte[]> password = packet.getPassword().map(ConnectProof::bytes);
        if (connection.listener().takesCredentials()
                && credentials.isPresent()
                && password.isPresent()) {
            String name = packet.getUserName().orElse(packet.getClientId());
            return credentials.get().check(connection, name, password.get());
        }
        Proof proof =
                connection
                        .certificate()
                        .<Proof>map(Proof.OfCertificate::new)
                        .orElseGet(() -> new Proof.Nothing("there is no client certificate"));
        return CompletableFuture.completedStage(new Shown.Good(proof));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
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
