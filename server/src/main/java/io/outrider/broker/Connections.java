package io.outrider.broker;

import com.hivemq.extension.sdk.api.packets.general.Qos;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.exception.NoSuchClientIdException;
import com.hivemq.extension.sdk.api.services.publish.PublishService;
import com.hivemq.extension.sdk.api.services.publish.PublishToClientResult;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the engine lets us do to connections and sessions that exist. Holds the engine's services
 * themselves, because the engine's static access leads to whichever instance started last. Safe for
 * use by many threads.
 */
final class Connections {
    private static final int FORGET_ROUNDS_MAX = 250;
    private static final long FORGET_ROUND_MS = 20;
    private static final long FORGET_SECONDS = 5;

    private final ClientService clients;
    private final PublishService publisher;

    Connections(ClientService clients, PublishService publisher) {
        this.clients = clients;
        this.publisher = publisher;
    }

    /**
     * Ends the connection of a tracker, if there is one. Complete when its socket is closed, with
     * whether there was one.
     */
    CompletableFuture<Boolean> disconnect(TrackerId tracker, ReasonCode code, String reason) {
        return clients.disconnectClient(tracker.toString(), true, Codes.disconnect(code), reason);
    }

    /** Complete when no session of this name is left to resume. */
    CompletableFuture<Void> dropSession(TrackerId tracker) {
        return clients.invalidateSession(tracker.toString())
                .handle((_, failure) -> {
                    if (failure == null || isUnknownClient(failure)) {
                        return null;
                    }
                    throw new CompletionException(failure);
                });
    }

    /** Complete with whether the tracker is subscribed, and so will see the message. */
    CompletableFuture<Boolean> publishDown(TrackerId tracker, Payload payload) {
        var publish =
                Builders.publish()
                        .topic(tracker.topic(Channel.DOWN))
                        .qos(Qos.AT_LEAST_ONCE)
                        .payload(ByteBuffer.wrap(payload.bytes()))
                        .build();
        return publisher
                .publishToClient(publish, tracker.toString())
                .thenApply(result -> result == PublishToClientResult.SUCCESSFUL);
    }

    /**
     * Ends the connection of a tracker and removes its session with everything that waits in it.
     *
     * @throws BrokerException where a session is left after five seconds
     */
    void forget(TrackerId tracker, ReasonCode code, String reason) throws BrokerException {
        try {
            disconnect(tracker, code, reason).get(FORGET_SECONDS, TimeUnit.SECONDS);
            for (int round = 0; round < FORGET_ROUNDS_MAX; round++) {
                dropSession(tracker).get(FORGET_SECONDS, TimeUnit.SECONDS);
                // A connection that ends writes its session once more when it is closed, and may
                // write it after our removal. Look until there is none.
                if (clients.getSession(tracker.toString()).get().isEmpty()) {
                    return;
                }
                Thread.sleep(FORGET_ROUND_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while disconnecting " + tracker, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new BrokerException(tracker + " cannot be disconnected", e);
        }
        throw new BrokerException("the session of " + tracker + " does not go away");
    }

    private static boolean isUnknownClient(Throwable failure) {
        return failure instanceof NoSuchClientIdException
                || failure.getCause() instanceof NoSuchClientIdException;
    }
}
