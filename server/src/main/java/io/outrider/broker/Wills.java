package io.outrider.broker;

import com.hivemq.bootstrap.ClientConnectionContext;
import com.hivemq.persistence.clientsession.PendingWillMessages;
import io.netty.channel.ChannelHandlerContext;
import io.outrider.fleet.Operation;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Peer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Puts each will before the gate once more when it is about to be published: rights may have
 * changed since it was left. The engine publishes one when its connection breaks, when its delay is
 * over, or when its session ends before that for a new one. Safe for use by many threads.
 */
final class Wills {
    private final Gate gate;
    private final PendingWillMessages engine;
    private final Consumer<GateEvent> watch;
    private final AtomicLong count = new AtomicLong();

    /** The delayed ones by client identifier, until they are due: at most one a session. */
    private final Map<String, Delayed> delayed = new ConcurrentHashMap<>();

    private record Delayed(
            long number, Peer peer, Identity identity, ConnectRequest.Will will, Future<?> look) {}

    Wills(Gate gate, PendingWillMessages engine, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.engine = engine;
        this.watch = watch;
    }

    /**
     * A connection has broken that left a will. To be called before the engine hears of it.
     *
     * @param delaySeconds as it was asked for
     */
    void broken(ChannelHandlerContext context, Connection connection, long delaySeconds) {
        Optional<ConnectRequest.Will> will = connection.will();
        Optional<Identity> identity = connection.identity();
        if (will.isEmpty() || identity.isEmpty()) {
            return;
        }
        String clientId = connection.clientId();
        if (!mayBePublished(connection.peer(), clientId, identity.get(), will.get())) {
            Answers.withoutWill(context.channel());
            return;
        }
        Long expiry =
                ClientConnectionContext.of(context.channel()).getClientSessionExpiryInterval();
        long seconds = Math.min(delaySeconds, expiry == null ? 0 : expiry);
        if (seconds > 0) {
            long number = count.incrementAndGet();
            delayed.compute(
                    clientId,
                    (_, before) -> {
                        if (before != null) {
                            before.look().cancel(false);
                        }
                        Future<?> look =
                                context.executor()
                                        .schedule(
                                                () -> due(clientId, number),
                                                seconds,
                                                TimeUnit.SECONDS);
                        return new Delayed(
                                number, connection.peer(), identity.get(), will.get(), look);
                    });
        }
    }

    private void due(String clientId, long number) {
        delayed.computeIfPresent(
                clientId,
                (_, will) -> {
                    if (will.number() != number) {
                        return will; // another one meanwhile, which has its own time
                    }
                    look(clientId, will);
                    return null;
                });
    }

    /** A CONNECT has come with this client identifier, and may end the session before. */
    void connecting(String clientId) {
        Delayed will = delayed.get(clientId);
        if (will != null) {
            look(clientId, will);
        }
    }

    private void look(String clientId, Delayed will) {
        if (!mayBePublished(will.peer(), clientId, will.identity(), will.will())) {
            engine.cancelWillIfPending(clientId);
        }
    }

    private boolean mayBePublished(
            Peer peer, String clientId, Identity identity, ConnectRequest.Will will) {
        return switch (gate.will(identity, will)) {
            case Decision.Allow _ -> true;
            case Decision.Deny(var code, var reason, var rule) -> {
                watch.accept(
                        new GateEvent.Denied(
                                peer,
                                identity,
                                clientId,
                                Operation.PUBLISH,
                                will.topic(),
                                code,
                                "the will: " + reason,
                                rule));
                yield false;
            }
        };
    }
}
