package io.outrider.broker;

import com.hivemq.extension.sdk.api.packets.general.Qos;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.builder.PublishBuilder;
import com.hivemq.extension.sdk.api.services.exception.NoSuchClientIdException;
import com.hivemq.extension.sdk.api.services.publish.PublishService;
import com.hivemq.extension.sdk.api.services.publish.PublishToClientResult;
import com.hivemq.extension.sdk.api.services.publish.RetainedMessageStore;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import com.hivemq.extension.sdk.api.services.subscription.SubscriptionStore;
import com.hivemq.extension.sdk.api.services.subscription.TopicSubscription;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.outrider.gate.Gate;
import io.outrider.gate.Identity;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

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
    private final SubscriptionStore subscriptions;
    private final RetainedMessageStore retainedMessages;
    private final Gate gate;
    private final SessionOwners owners;
    private final Retained retained;

    private Connections(
            ClientService clients,
            PublishService publisher,
            SubscriptionStore subscriptions,
            RetainedMessageStore retainedMessages,
            Gate gate,
            LongSupplier nanoTime) {
        this.clients = clients;
        this.publisher = publisher;
        this.subscriptions = subscriptions;
        this.retainedMessages = retainedMessages;
        this.gate = gate;
        this.owners = new SessionOwners(this, gate, nanoTime);
        this.retained = new Retained(gate.limits().sessions());
    }

    /**
     * To be called while the engine starts us.
     *
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    static Connections ofStartingEngine(Gate gate, LongSupplier nanoTime) {
        return new Connections(
                Services.clientService(),
                Services.publishService(),
                Services.subscriptionStore(),
                Services.retainedMessageStore(),
                gate,
                nanoTime);
    }

    SessionOwners owners() {
        return owners;
    }

    Retained retained() {
        return retained;
    }

    /**
     * Ends a connection, if there is one; a will is not published. Complete when its socket is
     * closed, with whether there was one.
     */
    CompletableFuture<Boolean> disconnect(String clientId, ReasonCode code, String reason) {
        return clients.disconnectClient(clientId, true, Codes.disconnect(code), reason);
    }

    /**
     * Complete when no session of this client identifier is left to resume, nor a will of it to be
     * published: the engine would publish one that is delayed when its session is over.
     */
    CompletableFuture<Void> dropSession(String clientId) {
        return disconnect(clientId, ReasonCode.NOT_AUTHORIZED, "this session has ended")
                .thenCompose(_ -> clients.invalidateSession(clientId))
                .handle((_, failure) -> {
                    if (failure == null || isUnknownClient(failure)) {
                        return null;
                    }
                    throw new CompletionException(failure);
                });
    }

    boolean hasSession(String clientId) {
        return clients.getSession(clientId).join().isPresent(); // from memory, complete already
    }

    /** The filters that a session is subscribed to; none where there is no session. */
    Set<String> filters(String clientId) {
        return subscriptions.getSubscriptions(clientId).join().stream() // from memory
                .map(TopicSubscription::getTopicFilter)
                .collect(Collectors.toSet());
    }

    CompletableFuture<Void> clearRetained(String topic) {
        return retainedMessages.remove(topic);
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
     * Shows what a tracker has published to the clients that were granted its topic. Where nobody
     * was, which is the rule, this costs nothing.
     */
    void passOn(Identity.OfTracker tracker, PUBLISH publish) {
        if (!gate.hearsTrackers()) {
            return;
        }
        byte[] payload = publish.getPayload();
        PublishBuilder onward =
                Builders.publish()
                        .topic(publish.getTopic())
                        .qos(Qos.AT_LEAST_ONCE)
                        .payload(ByteBuffer.wrap(payload == null ? new byte[0] : payload));
        publish.getUserProperties()
                .asList()
                .forEach(property -> onward.userProperty(property.getName(), property.getValue()));
        var _ = publisher.publish(onward.build());
    }

    /**
     * Ends a connection and removes its session with everything that waits in it.
     *
     * @throws BrokerException where a session is left after five seconds
     */
    void forget(String clientId, ReasonCode code, String reason) throws BrokerException {
        try {
            disconnect(clientId, code, reason).get(FORGET_SECONDS, TimeUnit.SECONDS);
            // Its end is noted after its socket is closed; a session that is dropped before that
            // would publish the will after all.
            for (int round = 0; round < FORGET_ROUNDS_MAX; round++) {
                if (!clients.isClientConnected(clientId).get(FORGET_SECONDS, TimeUnit.SECONDS)) {
                    break;
                }
                Thread.sleep(FORGET_ROUND_MS);
            }
            for (int round = 0; round < FORGET_ROUNDS_MAX; round++) {
                dropSession(clientId).get(FORGET_SECONDS, TimeUnit.SECONDS);
                // A connection that ends writes its session once more when it is closed, and may
                // write it after our removal. Look until there is none.
                if (clients.getSession(clientId).get().isEmpty()) {
                    return;
                }
                Thread.sleep(FORGET_ROUND_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while disconnecting " + clientId, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new BrokerException(clientId + " cannot be disconnected", e);
        }
        throw new BrokerException("the session of " + clientId + " does not go away");
    }

    private static boolean isUnknownClient(Throwable failure) {
        return failure instanceof NoSuchClientIdException
                || failure.getCause() instanceof NoSuchClientIdException;
    }
}
