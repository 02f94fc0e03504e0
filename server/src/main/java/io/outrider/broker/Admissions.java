package io.outrider.broker;

import io.outrider.gate.Admission;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Gate;
import io.outrider.gate.GateEvent;
import io.outrider.gate.Identity;
import io.outrider.gate.Limit;
import io.outrider.gate.ReasonCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of every way in: puts what was shown before the gate, makes the session the identity's
 * own, and tells the watch of refusals. Safe for use by many threads.
 */
final class Admissions {
    private static final Logger log = LoggerFactory.getLogger(Admissions.class);
    private static final Optional<Refusal> ADMITTED = Optional.empty();

    private final Gate gate;
    private final SessionOwners owners;
    private final Takeovers takeovers;
    private final Consumer<GateEvent> watch;

    /** What the peer is told. */
    record Refusal(ReasonCode code, String reason) {}

    Admissions(Gate gate, SessionOwners owners, Takeovers takeovers, Consumer<GateEvent> watch) {
        this.gate = gate;
        this.owners = owners;
        this.takeovers = takeovers;
        this.watch = watch;
    }

    /** Complete with why not; empty where the connection is admitted and its session is its own. */
    CompletionStage<Optional<Refusal>> decide(
            Connection connection, ConnectRequest connect, Shown shown) {
        return switch (shown) {
            case Shown.Bad(var code, var toPeer, var why) ->
                    refused(connection, connect, code, toPeer, why, "proof");
            case Shown.TooMany(var delay) -> {
                watch.accept(
                        new GateEvent.Limited(
                                connection.peer(),
                                Optional.empty(),
                                Limit.GUESSES,
                                "not looked at for " + delay.toSeconds() + " s"));
                yield refused(
                        connection,
                        connect,
                        ReasonCode.CONNECTION_RATE_EXCEEDED,
                        Shown.TooMany.TO_PEER,
                        "too many wrong ones before",
                        "guesses");
            }
            case Shown.Good(var proof) ->
                    switch (gate.admit(connect, proof)) {
                        case Admission.Refused(var code, var reason, var rule) ->
                                refused(connection, connect, code, reason, reason, rule);
                        case Admission.Admitted(var identity) ->
                                admit(connection, connect, identity);
                    };
        };
    }

    private CompletionStage<Optional<Refusal>> admit(
            Connection connection, ConnectRequest connect, Identity identity) {
        if (!takeovers.take(connection, connect.clientId())) {
            return CompletableFuture.completedStage(
                    limited(
                            connection,
                            identity,
                            Limit.TAKEOVERS,
                            ReasonCode.CONNECTION_RATE_EXCEEDED,
                            Takeovers.WHY));
        }
        return owners.claim(identity, connect.clientId())
                .handle((_, failure) -> {
                    if (failure instanceof SessionOwners.NoRoomException) {
                        return limited(
                                connection,
                                identity,
                                Limit.CONNECTIONS_PER_IDENTITY,
                                ReasonCode.QUOTA_EXCEEDED,
                                SessionOwners.NoRoomException.WHY);
                    }
                    if (failure != null) {
                        log.error("a session cannot be dropped", failure);
                        return Optional.of(new Refusal(ReasonCode.SERVER_UNAVAILABLE, "try again"));
                    }
                    connection.leave(connect.will());
                    connection.admit(identity, connect.clientId());
                    return ADMITTED;
                });
    }

    private Optional<Refusal> limited(
            Connection connection, Identity identity, Limit limit, ReasonCode code, String why) {
        watch.accept(new GateEvent.Limited(connection.peer(), Optional.of(identity), limit, why));
        return Optional.of(new Refusal(code, why));
    }

    /** For each connection, how often it may still prove itself anew. */
    Bucket renewals() {
        int perMinute = gate.limits().rates().renewalsPerMinute();
        return new Bucket(perMinute / 60.0, perMinute, System.nanoTime());
    }

    /** Why a renewal is not even looked at; empty where it is. */
    Optional<Refusal> refuseRenewal(Connection connection, Bucket renewals) {
        long now = System.nanoTime();
        if (renewals.delay(now) > 0) {
            watch.accept(
                    new GateEvent.Limited(
                            connection.peer(),
                            connection.identity(),
                            Limit.RENEWALS,
                            "too many renewals"));
            return Optional.of(new Refusal(ReasonCode.QUOTA_EXCEEDED, "too many renewals"));
        }
        renewals.take(1, now);
        return Optional.empty();
    }

    /**
     * Whether what was shown renews the identity of a connection that is open already: the same
     * identity until another time, with whatever rights leave it all that it is subscribed to.
     */
    boolean renew(Connection connection, ConnectRequest connect, Shown shown) {
        Optional<Identity> before = connection.identity();
        if (before.isPresent()
                && shown instanceof Shown.Good(var proof)
                && gate.admit(connect, proof) instanceof Admission.Admitted(var now)
                && now.name().equals(before.get().name())
                && now.number() == before.get().number()
                && owners.mayKeep(now, connection.clientId())) {
            connection.admit(now, connection.clientId());
            return true;
        }
        return false;
    }

    private CompletionStage<Optional<Refusal>> refused(
            Connection connection,
            ConnectRequest connect,
            ReasonCode code,
            String toPeer,
            String why,
            String rule) {
        watch.accept(new GateEvent.Refused(connection.peer(), connect.clientId(), code, why, rule));
        return CompletableFuture.completedStage(Optional.of(new Refusal(code, toPeer)));
    }
}
