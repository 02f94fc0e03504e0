package io.outrider.cli;

import io.outrider.broker.Inbound;
import io.outrider.broker.Inbox;
import io.outrider.broker.Outcome;
import io.outrider.broker.Payload;
import io.outrider.gate.ReasonCode;
import io.outrider.intake.Answer;
import io.outrider.intake.Intake;
import io.outrider.seal.Bytes;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where the broker's messages enter the intake, and the intake's answers become MQTT
 * (docs/protocol.md, answers).
 */
record Inlet(Intake intake, InstantSource clock) implements Inbox {

    @Override
    public CompletionStage<Outcome> accept(Inbound inbound) {
        return intake.accept(
                        inbound.tracker(),
                        inbound.enrolment(),
                        inbound.channel(),
                        inbound.payload().bytes(),
                        clock.instant())
                .thenApply(Inlet::outcome);
    }

    private static Outcome outcome(Answer answer) {
        return switch (answer) {
            case Answer.Stored() -> new Outcome.Acknowledged();
            case Answer.Duplicate() -> new Outcome.Acknowledged();
            case Answer.SealAgain() ->
                    new Outcome.Refused(
                            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                            "seal-again counter below the window");
            case Answer.Announce(Optional<Bytes> request) ->
                    new Outcome.Refused(
                            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                            "announce unknown epoch",
                            request.map(bytes -> Payload.owning(bytes.toArray())));
            case Answer.Refused(Answer.Reason reason, String why) ->
                    new Outcome.Refused(code(reason), reason.word() + " " + why);
            case Answer.Unavailable(String why) -> new Outcome.Withheld(why);
        };
    }

    private static ReasonCode code(Answer.Reason reason) {
        return switch (reason) {
            case FOREIGN -> ReasonCode.NOT_AUTHORIZED;
            case FORGED, MALFORMED, UNSEALED, CLONE -> ReasonCode.PAYLOAD_FORMAT_INVALID;
            case UNKNOWN_KEY, UNSUPPORTED_SUITE -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        };
    }
}
