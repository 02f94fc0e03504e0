package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import io.outrider.fleet.Operation;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.TrackerTopic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what one connection publishes out of the engine's hands: asks the gate, hands it to the
 * inbox, and answers when the inbox has. One for each connection; called by one thread at a time.
 */
final class PublishInterceptor implements PublishInboundInterceptor {
    private static final Logger log = LoggerFactory.getLogger(PublishInterceptor.class);

    /** What closing a socket may take, beyond the inbox's time and the time that we wait. */
    private static final Duration CLOSING = Duration.ofMinutes(1);

    private final Identity.OfTracker identity;
    private final Gate gate;
    private final Inbox inbox;
    private final Connections connections;
    private final ScheduledExecutorService timer;
    private final Consumer<GateEvent> watch;

    /** Whether a message went unanswered: the connection ends, and the engine's queue with it. */
    private volatile boolean ended;

    PublishInterceptor(
            Identity.OfTracker identity,
            Gate gate,
            Inbox inbox,
            Connections connections,
            ScheduledExecutorService timer,
            Consumer<GateEvent> watch) {
        this.identity = identity;
        this.gate = gate;
        this.inbox = inbox;
        this.connections = connections;
        this.timer = timer;
        this.watch = watch;
    }

    @Override
    public void onInboundPublish(PublishInboundInput input, PublishInboundOutput output) {
        // Before all else: the engine's own answer to a time-out, and to an exception, is success
        // until this says otherwise.
        var held =
                output.async(heldMax(), TimeoutFallback.FAILURE, AckReasonCode.UNSPECIFIED_ERROR);
        var answer = new PublishAnswer(held, identity, connections, timer);
        if (ended) {
            // What came in behind the unanswered message. The socket is closed by now, and the
            // tracker's next CONNECT waits in the same queue for this to be out of the way.
            answer.refuse(ReasonCode.UNSPECIFIED_ERROR, "not stored");
            return;
        }
        try {
            decide(input.getPublishPacket(), answer);
        } catch (RuntimeException | Error e) {
            // The top of our code under the engine: a bug of ours must not become a PUBACK.
            log.error("a message of {} could not be handled", identity.tracker(), e);
            withhold(answer, "internal error");
        }
    }

    private Duration heldMax() {
        var limits = gate.limits();
        return limits.answers()
                .outcomeTimeMax()
                .plus(limits.answers().withheldTime())
                .plus(CLOSING);
    }

    private void decide(PublishPacket packet, PublishAnswer answer) {
        if (gate.stay(identity) instanceof Decision.Deny(var code, var reason, var rule)) {
            report(packet, code, reason, rule);
            expel(answer, code, reason);
            return;
        }
        PublishRequest request = request(packet);
        if (gate.publish(identity, request)
                instanceof Decision.Deny(var code, var reason, var rule)) {
            report(packet, code, reason, rule);
            if (request.qos() == 1 && code.fitsPuback()) {
                answer.refuse(code, reason);
            } else {
                expel(answer, code, reason);
            }
            return;
        }
        handOver(packet, answer);
    }

    private void handOver(PublishPacket packet, PublishAnswer answer) {
        var outcome = inbox.accept(inbound(packet)).toCompletableFuture();
        // A copy, because a time-out of ours is none of the inbox's business.
        var _ =
                outcome.copy()
                        .orTimeout(
                                gate.limits().answers().outcomeTimeMax().toMillis(),
                                TimeUnit.MILLISECONDS)
                        .whenComplete((settled, failure) -> settle(settled, failure, answer));
    }

    private void settle(
            @Nullable Outcome outcome, @Nullable Throwable failure, PublishAnswer answer) {
        try {
            switch (outcome) {
                case null -> withhold(answer, why(failure));
                case Outcome.Acknowledged(_) -> answer.acknowledge();
                case Outcome.Refused(var code, var reason, _) -> answer.refuse(code, reason);
                case Outcome.Withheld(var why, _) -> withhold(answer, why);
            }
            if (outcome != null) {
                outcome.down().ifPresent(this::publishDown);
            }
        } catch (RuntimeException | Error e) {
            // The top of our code under whoever completed the outcome.
            log.error("a message of {} could not be answered", identity.tracker(), e);
            withhold(answer, "internal error");
        }
    }

    private static String why(@Nullable Throwable failure) {
        return switch (failure) {
            case null -> "the inbox gave no outcome";
            case TimeoutException _ -> "the inbox gave no outcome in time";
            default -> "the inbox failed: " + failure;
        };
    }

    private void expel(PublishAnswer answer, ReasonCode code, String reason) {
        ended = true;
        answer.expel(code, reason);
    }

    private void withhold(PublishAnswer answer, String why) {
        ended = true;
        answer.withhold(gate.limits().answers().withheldTime());
        watch.accept(new GateEvent.Withheld(identity, why));
    }

    private void publishDown(Payload payload) {
        var _ = connections.publishDown(identity.tracker(), payload);
    }

    private void report(PublishPacket packet, ReasonCode code, String reason, String rule) {
        watch.accept(
                new GateEvent.Denied(
                        identity,
                        identity.name(),
                        Operation.PUBLISH,
                        packet.getTopic(),
                        code,
                        reason,
                        rule));
    }

    private static PublishRequest request(PublishPacket packet) {
        int propertyBytes = 0;
        var properties = packet.getUserProperties().asList();
        for (var property : properties) {
            propertyBytes += property.getName().getBytes(StandardCharsets.UTF_8).length;
            propertyBytes += property.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        return new PublishRequest(
                packet.getTopic(),
                packet.getQos().getQosNumber(),
                packet.getRetain(),
                packet.getResponseTopic(),
                properties.size(),
                propertyBytes);
    }

    private Inbound inbound(PublishPacket packet) {
        // The gate has let the topic through, so it is one of this tracker's own.
        var channel = TrackerTopic.parse(packet.getTopic()).orElseThrow().channel();
        List<Inbound.UserProperty> properties =
                packet.getUserProperties().asList().stream()
                        .map(p -> new Inbound.UserProperty(p.getName(), p.getValue()))
                        .toList();
        return new Inbound(
                identity.tracker(),
                identity.number(),
                channel,
                Payload.owning(bytes(packet.getPayload())),
                properties,
                packet.getDupFlag());
    }

    private static byte[] bytes(Optional<ByteBuffer> buffer) {
        if (buffer.isEmpty()) {
            return new byte[0];
        }
        var bytes = new byte[buffer.get().remaining()];
        buffer.get().duplicate().get(bytes);
        return bytes;
    }
}
