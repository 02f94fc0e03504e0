package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import io.outrider.gate.Identity;
import io.outrider.gate.ReasonCode;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The answer to one PUBLISH, given once; later ones change nothing. Until it is given the engine
 * holds the message back, and with it everything else that this client sends.
 *
 * <p>Whatever the answer, the message goes to nobody: a tracker's message ends here.
 */
final class PublishAnswer {
    private static final int REASON_LENGTH_MAX = 256;

    private final Async<PublishInboundOutput> held;
    private final Identity.OfTracker identity;
    private final Connections connections;
    private final ScheduledExecutorService timer;
    private final AtomicBoolean given = new AtomicBoolean();

    PublishAnswer(
            Async<PublishInboundOutput> held,
            Identity.OfTracker identity,
            Connections connections,
            ScheduledExecutorService timer) {
        this.held = held;
        this.identity = identity;
        this.connections = connections;
        this.timer = timer;
    }

    /** PUBACK 0x00. */
    void acknowledge() {
        if (given.compareAndSet(false, true)) {
            held.getOutput().preventPublishDelivery(AckReasonCode.SUCCESS);
            held.resume();
        }
    }

    /** PUBACK with a code and a reason; the connection stays. MQTT 3.1.1 is disconnected. */
    void refuse(ReasonCode code, String reason) {
        if (given.compareAndSet(false, true)) {
            release(Codes.refusal(code), reason);
        }
    }

    /** No PUBACK: the connection ends now. */
    void expel(ReasonCode code, String reason) {
        if (given.compareAndSet(false, true)) {
            hangUp(code, reason);
        }
    }

    /** No PUBACK: the connection ends after a while, and the tracker is told to wait. */
    void withhold(Duration before) {
        if (!given.compareAndSet(false, true)) {
            return;
        }
        Runnable end = () -> hangUp(ReasonCode.SERVER_BUSY, "not stored; wait, then send it again");
        try {
            var _ = timer.schedule(end, before.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            end.run(); // the broker is closing, and every connection with it
        }
    }

    private void hangUp(ReasonCode code, String reason) {
        // The message is released when the socket is closed, so that its PUBACK goes nowhere. If
        // the socket cannot be closed it stays held until the engine's own time is up, and the
        // answer is an error then.
        var _ =
                connections
                        .disconnect(identity.tracker(), code, cut(reason))
                        .thenRun(() -> release(AckReasonCode.UNSPECIFIED_ERROR, "not stored"));
    }

    private void release(AckReasonCode code, String reason) {
        held.getOutput().preventPublishDelivery(code, cut(reason));
        held.resume();
    }

    private static String cut(String reason) {
        return reason.length() > REASON_LENGTH_MAX
                ? reason.substring(0, REASON_LENGTH_MAX)
                : reason;
    }
}
