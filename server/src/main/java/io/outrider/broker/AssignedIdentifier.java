package io.outrider.broker;

import com.hivemq.bootstrap.ClientConnectionContext;
import com.hivemq.mqtt.message.ProtocolVersion;
import com.hivemq.mqtt.message.connect.CONNECT;
import io.outrider.gate.CertificatePolicy;
import io.outrider.topic.TrackerId;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The client identifier of a client that leaves it to the server: {@code NAME.<random>}, so that it
 * is one of the client's own (MQTT 5, section 3.1.3.1). A tracker, which has one identifier only,
 * and whoever does not say who it is, keep what the engine made up, which the gate refuses.
 */
final class AssignedIdentifier {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 12;

    private AssignedIdentifier() {}

    /** The CONNECT with the identifier in it that holds; for the event loop, before anyone asks. */
    static CONNECT give(CONNECT connect, Connection connection, CertificatePolicy policy) {
        var state = ClientConnectionContext.of(connection.channel());
        if (!state.isClientIdAssigned()) {
            return connect;
        }
        Optional<String> name = claimed(connect, connection, policy).filter(TrackerId::isName);
        if (name.isEmpty()) {
            return connect;
        }
        var random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        String identifier = name.get() + "." + HexFormat.of().formatHex(random);
        state.setClientId(identifier);
        return connect.getProtocolVersion() == ProtocolVersion.MQTTv5
                ? five(connect, identifier)
                : three(connect, identifier);
    }

    /** Who it wants to be, which is still to be proven: by its password, or by its certificate. */
    private static Optional<String> claimed(
            CONNECT connect, Connection connection, CertificatePolicy policy) {
        Optional<String> userName = Optional.ofNullable(connect.getUsername());
        Optional<String> certified = certified(connection, policy);
        return connection.listener().takesCredentials() ? userName.or(() -> certified) : certified;
    }

    private static Optional<String> certified(Connection connection, CertificatePolicy policy) {
        X509Certificate[] chain = connection.chain();
        return chain.length > 0
                        && policy.verify(chain, Instant.now())
                                instanceof CertificatePolicy.Verdict.Names(var name, _)
                ? Optional.of(name)
                : Optional.empty();
    }

    private static CONNECT five(CONNECT asked, String identifier) {
        return new CONNECT.Mqtt5Builder()
                .withClientIdentifier(identifier)
                .withKeepAlive(asked.getKeepAlive())
                .withCleanStart(asked.isCleanStart())
                .withSessionExpiryInterval(asked.getSessionExpiryInterval())
                .withReceiveMaximum(asked.getReceiveMaximum())
                .withTopicAliasMaximum(asked.getTopicAliasMaximum())
                .withMaximumPacketSize(asked.getMaximumPacketSize())
                .withResponseInformationRequested(asked.isResponseInformationRequested())
                .withProblemInformationRequested(asked.isProblemInformationRequested())
                .withUsername(asked.getUsername())
                .withPassword(asked.getPassword())
                .withAuthMethod(asked.getAuthMethod())
                .withAuthData(asked.getAuthData())
                .withWillPublish(asked.getWillPublish())
                .withUserProperties(asked.getUserProperties())
                .build();
    }

    private static CONNECT three(CONNECT asked, String identifier) {
        return new CONNECT.Mqtt3Builder()
                .withProtocolVersion(asked.getProtocolVersion())
                .withClientIdentifier(identifier)
                .withKeepAlive(asked.getKeepAlive())
                .withCleanStart(asked.isCleanStart())
                .withSessionExpiryInterval(asked.getSessionExpiryInterval())
                .withUsername(asked.getUsername())
                .withPassword(asked.getPassword())
                .withWillPublish(asked.getWillPublish())
                .build();
    }
}
