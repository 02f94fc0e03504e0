package io.outrider.broker;

import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.auth.EnhancedAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthConnectInput;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.EnhancedAuthOutput;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.general.DisconnectedReasonCode;
import io.outrider.credential.Guesses;
import io.outrider.credential.OAuthBearer;
import io.outrider.credential.Scram;
import io.outrider.credential.ScramExchange;
import io.outrider.gate.ConnectRequest;
import io.outrider.gate.Proof;
import io.outrider.gate.ReasonCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on the CONNECT of one connection: by what it shows, or by enhanced authentication (MQTT
 * 5, section 4.12): SCRAM-SHA-256 in two rounds, OAUTHBEARER in one, and both again while the
 * connection is open. The engine calls it for one packet at a time; an exception in here, and a
 * time-out, is a refusal.
 */
final class ConnectAuthenticator implements EnhancedAuthenticator {
    private static final Logger log = LoggerFactory.getLogger(ConnectAuthenticator.class);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final Admissions admissions;
    private final ConnectProof proof;
    private final Optional<Verifiers> verifiers;

    private final Bucket renewals;

    private @Nullable ConnectRequest connect;
    private String method = "";
    private @Nullable ScramExchange scram;
    private Guesses.@Nullable Attempt attempt;

    ConnectAuthenticator(Admissions admissions, ConnectProof proof, Optional<Verifiers> verifiers) {
        this.proof = proof;
        this.admissions = admissions;
        this.verifiers = verifiers;
        this.renewals = admissions.renewals();
    }

    @Override
    public void onConnect(EnhancedAuthConnectInput input, EnhancedAuthOutput output) {
        output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        Connection connection = Connection.of(input.getConnectionInformation());
        var packet = input.getConnectPacket();
        connect = ConnectProof.request(packet);
        if (packet.getAuthenticationMethod().isEmpty()) {
            decide(connect, connection, proof.shown(connection, packet), "", output);
            return;
        }
        method = packet.getAuthenticationMethod().get();
        step(connection, bytes(packet.getAuthenticationData()), output, false);
    }

    @Override
    public void onAuth(EnhancedAuthInput input, EnhancedAuthOutput output) {
        Connection connection = Connection.of(input.getConnectionInformation());
        step(
                connection,
                bytes(input.getAuthPacket().getAuthenticationData()),
                output,
                input.isReAuthentication());
    }

    @Override
    public void onReAuth(EnhancedAuthInput input, EnhancedAuthOutput output) {
        scram = null; // a new exchange
        Connection connection = Connection.of(input.getConnectionInformation());
        admissions
                .refuseRenewal(connection, renewals)
                .ifPresentOrElse(
                        refusal -> refuse(output, refusal.code(), refusal.reason()),
                        () -> onAuth(input, output));
    }

    private void step(
            Connection connection, byte[] data, EnhancedAuthOutput output, boolean isRenewal) {
        if (!connection.listener().takesCredentials() || verifiers.isEmpty()) {
            refuse(
                    output,
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "the certificate is the only method here");
            return;
        }
        switch (method) {
            case Scram.MECHANISM -> scram(connection, verifiers.get(), data, output, isRenewal);
            case OAuthBearer.MECHANISM ->
                    finish(
                            connection,
                            bearer(connection, verifiers.get(), data),
                            "",
                            output,
                            isRenewal);
            default ->
                    refuse(
                            output,
                            ReasonCode.BAD_AUTHENTICATION_METHOD,
                            "the methods are " + Scram.MECHANISM + " and " + OAuthBearer.MECHANISM);
        }
    }

    private static Shown bearer(Connection connection, Verifiers verifiers, byte[] data) {
        return switch (OAuthBearer.parse(data)) {
            case OAuthBearer.Read.Malformed(var why) -> Shown.Bad.token(why);
            case OAuthBearer.Read.Bearer bearer -> {
                String name = bearer.name().orElse(connection.clientId());
                Shown shown =
                        new CredentialCheck(verifiers).token(connection, name, bearer.token());
                yield bearer.name().isPresent() && !isOf(shown, name)
                        ? Shown.Bad.token("it is not the token of " + name)
                        : shown;
            }
        };
    }

    private static boolean isOf(Shown shown, String name) {
        return !(shown instanceof Shown.Good(Proof.OfToken(var subject, _, _)))
                || subject.equals(name);
    }

    private void scram(
            Connection connection,
            Verifiers verifiers,
            byte[] data,
            EnhancedAuthOutput output,
            boolean isRenewal) {
        ScramExchange exchange = scram == null ? verifiers.scram().begin() : scram;
        scram = exchange;
        switch (exchange.next(data)) {
            case ScramExchange.Step.Challenge(var message) -> {
                String name = exchange.claimedName().orElse("");
                switch (verifiers.guesses().begin(name, connection.address())) {
                    case Guesses.Answer.Wait(var time) ->
                            finish(connection, new Shown.TooMany(time), "", output, isRenewal);
                    case Guesses.Answer.Go(var begun) -> {
                        attempt = begun;
                        output.continueAuthentication(message.getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
            case ScramExchange.Step.Accepted(var name, var message) -> {
                if (attempt != null) {
                    attempt.succeeded();
                }
                finish(
                        connection,
                        new Shown.Good(new Proof.OfPassword(name)),
                        message,
                        output,
                        isRenewal);
            }
            case ScramExchange.Step.Refused(_, var why, _) -> {
                if (attempt != null) {
                    attempt.failed();
                }
                finish(connection, Shown.Bad.password(why), "", output, isRenewal);
            }
        }
    }

    /**
     * @param message goes along with the success
     */
    private void finish(
            Connection connection,
            Shown shown,
            String message,
            EnhancedAuthOutput output,
            boolean isRenewal) {
        scram = null;
        attempt = null;
        ConnectRequest asked = connect;
        if (asked == null) {
            refuse(output, ReasonCode.PROTOCOL_ERROR, "no CONNECT");
            return;
        }
        if (isRenewal) {
            if (admissions.renew(connection, asked, shown)) {
                succeed(output, message);
            } else {
                refuse(output, ReasonCode.NOT_AUTHORIZED, "the renewal is not good");
            }
            return;
        }
        decide(asked, connection, CompletableFuture.completedStage(shown), message, output);
    }

    private void decide(
            ConnectRequest asked,
            Connection connection,
            CompletionStage<Shown> shown,
            String message,
            EnhancedAuthOutput output) {
        Async<EnhancedAuthOutput> held = output.async(ANSWER_MAX, TimeoutFallback.FAILURE);
        var _ =
                shown.thenCompose(what -> admissions.decide(connection, asked, what))
                        .whenComplete((refusal, failure) -> {
                            if (failure != null) {
                                log.error("a CONNECT could not be decided on", failure);
                                refuse(output, ReasonCode.UNSPECIFIED_ERROR, "internal error");
                            } else if (refusal.isPresent()) {
                                refuse(output, refusal.get().code(), refusal.get().reason());
                            } else {
                                succeed(output, message);
                            }
                            held.resume();
                        });
    }

    private static void succeed(EnhancedAuthOutput output, String message) {
        if (message.isEmpty()) {
            output.authenticateSuccessfully();
        } else {
            output.authenticateSuccessfully(message.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void refuse(EnhancedAuthOutput output, ReasonCode code, String reason) {
        output.failAuthentication(
                DisconnectedReasonCode.valueOf(Codes.connack(code).name()), reason);
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
