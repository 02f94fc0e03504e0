package io.outrider.broker;

import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import io.outrider.gate.CertificatePolicy;
import io.outrider.gate.ReasonCode;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts off whoever came by a certificate that its authority has revoked since. Asks of every
 * connection each time and remembers nothing: whoever was let in while a list was being replaced is
 * found the next time. For one thread.
 */
final class LateRevocations {
    private static final Logger log = LoggerFactory.getLogger(LateRevocations.class);

    private final Arrivals arrivals;
    private final CertificatePolicy policy;
    private final MqttServerDisconnector disconnector;
    private final InstantSource clock;

    LateRevocations(
            Arrivals arrivals,
            CertificatePolicy policy,
            MqttServerDisconnector disconnector,
            InstantSource clock) {
        this.arrivals = arrivals;
        this.policy = policy;
        this.disconnector = disconnector;
        this.clock = clock;
    }

    void look() {
        // Reads the lists, and so says what is wrong with one, even where nobody comes.
        policy.revocationLists(clock.instant());
        arrivals.proven().forEach(this::look);
    }

    private void look(Connection connection) {
        try {
            policy.revokedSince(connection.chain(), clock.instant())
                    .ifPresent(why ->
                            connection.channel().eventLoop().execute(() -> end(connection, why)));
        } catch (RuntimeException e) {
            // The top of our code under the timer, which would never call again: not for one peer.
            log.error("cannot see whether {} was revoked", connection.peer(), e);
        }
    }

    private void end(Connection connection, String why) {
        Answers.withoutWill(connection.channel());
        Answers.disconnect(disconnector, connection.channel(), ReasonCode.NOT_AUTHORIZED, why);
    }
}
