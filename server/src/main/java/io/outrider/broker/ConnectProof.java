package io.outrider.broker;

import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.packets.connect.WillPublishPacket;
import com.hivemq.extension.sdk.api.packets.general.UserProperty;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.MqttVersion;
import io.outrider.gate.Proof;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a CONNECT shows by itself: a certificate, or a password or token in it. Safe for use by many
 * threads.
 */
record ConnectProof(
        CertificatePolicy policy, Optional<CredentialCheck> credentials, InstantSource clock) {

    /** Where a password counts it counts first: who sends one wants to be that name. */
    CompletionStage<Shown> shown(Connection connection, ConnectPacket packet) {
        Optional<byte[]> password = packet.getPassword().map(ConnectProof::bytes);
        if (connection.listener().takesCredentials()
                && credentials.isPresent()
                && password.isPresent()) {
            String name = packet.getUserName().orElse(packet.getClientId());
            return credentials.get().check(connection, name, password.get());
        }
        return CompletableFuture.completedStage(new Shown.Good(certificate(connection)));
    }

    /**
     * Once more, and not in the handshake alone: TLS may have resumed an earlier session, and since
     * then the certificate may have been revoked.
     */
    private Proof certificate(Connection connection) {
        X509Certificate[] chain = connection.chain();
        if (chain.length == 0) {
            return new Proof.Nothing("there is no client certificate");
        }
        return switch (policy.verify(chain, clock.instant())) {
            case CertificatePolicy.Verdict.Objection(var reason) -> new Proof.Nothing(reason);
            case CertificatePolicy.Verdict.Names(var name, var profile) ->
                    switch (profile) {
                        case OWN -> new Proof.OfCertificate(chain[0]);
                        case MAPPED -> new Proof.OfMappedCertificate(name, chain[0]);
                    };
        };
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static ConnectRequest request(ConnectPacket connect) {
        List<? extends UserProperty> properties = connect.getUserProperties().asList();
        return new ConnectRequest(
                version(connect),
                connect.getClientId(),
                connect.getKeepAlive(),
                connect.getWillPublish().map(ConnectProof::will),
                properties.size(),
                bytes(properties));
    }

    private static ConnectRequest.Will will(WillPublishPacket will) {
        List<? extends UserProperty> properties = will.getUserProperties().asList();
        return new ConnectRequest.Will(
                will.getTopic(),
                will.getQos().getQosNumber(),
                will.getRetain(),
                will.getResponseTopic(),
                properties.size(),
                bytes(properties));
    }

    /** Names and values, in UTF-8. */
    private static int bytes(List<? extends UserProperty> properties) {
        return properties.stream()
                .mapToInt(property ->
                        property.getName().getBytes(StandardCharsets.UTF_8).length
                                + property.getValue().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    private static MqttVersion version(ConnectPacket connect) {
        return switch (connect.getMqttVersion()) {
            case V_3_1 -> MqttVersion.V3_1;
            case V_3_1_1 -> MqttVersion.V3_1_1;
            case V_5 -> MqttVersion.V5;
        };
    }
}
