package io.outrider.broker;

import com.hivemq.mqtt.handler.disconnect.MqttServerDisconnector;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.channel.ChannelHandlerContext;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limits;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.TrackerTopic;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a tracker's message to the inbox and the outcome back: the PUBACK waits for it, and where
 * there is none, there is no PUBACK. Safe for use by many event loops.
 */
final class Uplink {
    private static final Logger log = LoggerFactory.getLogger(Uplink.class);

    private final Inbox inbox;
    private final Limits.Answers limits;
    private final Connections connections;
    private final MqttServerDisconnector disconnector;
    private final Consumer<GateEvent> watch;

    Uplink(
            Inbox inbox,
            Limits.Answers limits,
            Connections connections,
            MqttServerDisconnector disconnector,
            Consumer<GateEvent> watch) {
        this.inbox = inbox;
        this.limits = limits;
        this.connections = connections;
        this.disconnector = disconnector;
        this.watch = watch;
    }

    /** Hands over one message that the gate has let through, and lets the next one follow it. */
    void take(
            Publishes publishes,
            ChannelHandlerContext context,
            Identity.OfTracker tracker,
            PUBLISH publish) {
        CompletableFuture<Outcome> outcome;
        try {
            outcome = inbox.accept(inbound(tracker, publish)).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            // The top of our code under the event loop.
            log.error("the inbox failed", e);
            withhold(publishes, context, tracker, "the inbox failed: " + e);
            return;
        }
        // A copy, because a time-out of ours is none of the inbox's business. The event loop keeps
        // the time: orTimeout() would wake another thread for each message.
        CompletableFuture<Outcome> answer = outcome.copy();
        var late =
                context.executor()
                        .schedule(
                                () -> answer.completeExceptionally(new TimeoutException()),
                                limits.outcomeTimeMax().toMillis(),
                                TimeUnit.MILLISECONDS);
        var _ =
                answer.whenCompleteAsync(
                        (settled, failure) -> {
                            late.cancel(false);
                            settle(publishes, context, tracker, publish, settled, failure);
                        },
                        context.executor());
    }

    private void settle(
            Publishes publishes,
            ChannelHandlerContext context,
            Identity.OfTracker tracker,
            PUBLISH publish,
            @Nullable Outcome outcome,
            @Nullable Throwable failure) {
        switch (outcome) {
            case null -> withhold(publishes, context, tracker, why(failure));
            case Outcome.Withheld(var why, _) -> withhold(publishes, context, tracker, why);
            case Outcome.Acknowledged(_) -> {
                Answers.acknowledge(context, publish);
                connections.passOn(tracker, publish);
                publishes.goOn(context);
            }
            case Outcome.Refused(var code, var reason, _) -> {
                publishes.refuse(context, publish, code, reason);
                publishes.goOn(context);
            }
        }
        if (outcome != null) {
            outcome.down()
                    .ifPresent(down -> {
                        var _ = connections.publishDown(tracker.tracker(), down);
                    });
        }
    }

    private static String why(@Nullable Throwable failure) {
        return switch (failure) {
            case null -> "the inbox gave no outcome";
            case TimeoutException _ -> "the inbox gave no outcome in time";
            default -> "the inbox failed: " + failure;
        };
    }

    /** No PUBACK: the tracker is told to wait, after a wait of ours that spares a handshake. */
    private void withhold(
            Publishes publishes,
            ChannelHandlerContext context,
            Identity.OfTracker tracker,
            String why) {
        publishes.freeze(context);
        watch.accept(new GateEvent.Withheld(Connection.of(context.channel()).peer(), tracker, why));
        var _ =
                context.executor()
                        .schedule(
                                () ->
                                        Answers.disconnect(
                                                disconnector,
                                                context.channel(),
                                                ReasonCode.SERVER_BUSY,
                                                "not stored; wait, then send it again"),
                                limits.withheldTime().toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    private static Inbound inbound(Identity.OfTracker tracker, PUBLISH publish) {
        // The gate has let the topic through, so it is one of this tracker's own.
        var channel = TrackerTopic.parse(publish.getTopic()).orElseThrow().channel();
        byte[] payload = publish.getPayload();
        List<Inbound.UserProperty> properties =
                publish.getUserProperties().asList().stream()
                        .map(p -> new Inbound.UserProperty(p.getName(), p.getValue()))
                        .toList();
        return new Inbound(
                tracker.tracker(),
                tracker.number(),
                channel,
                Payload.owning(payload == null ? new byte[0] : payload),
                properties,
                publish.isDuplicateDelivery());
    }
}
