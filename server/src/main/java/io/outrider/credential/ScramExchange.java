package io.outrider.credential;

import java.util.Base64;
import java.util.Optional;

/**
 * One run of SCRAM-SHA-256: client-first, server-first, client-final, server-final. Any refusal
 * ends it. For one thread.
 */
public final class ScramExchange {
    private final PasswordSource source;
    private final DecoyKey decoy;
    private final String serverNonce;
    private State state = new AwaitsFirst();

    private sealed interface State {}

    private record AwaitsFirst() implements State {}

    private record AwaitsFinal(
            ScramMessage.First first, String serverFirst, ScramVerifier shown, boolean exists)
            implements State {}

    private record Ended() implements State {}

    /** What to do next. */
    public sealed interface Step {
        /** Send this and wait for the client's answer. */
        record Challenge(String message) implements Step {}

        /** This name has proven itself; send this along with the success. */
        record Accepted(String name, String message) implements Step {}

        /**
         * It has not.
         *
         * @param message {@code e=} and a value of RFC 5802 section 7: the same for a name that
         *     does not exist as for a wrong proof
         * @param why for the operator
         * @param name as claimed, where one could be read: for the damping of guesses
         */
        record Refused(String message, String why, Optional<String> name) implements Step {}
    }

    ScramExchange(PasswordSource source, DecoyKey decoy, String serverNonce) {
        this.source = source;
        this.decoy = decoy;
        this.serverNonce = serverNonce;
    }

    /** Takes the client's next message. Computes a few hashes, never more. */
    public Step next(byte[] message) {
        State before = state;
        state = new Ended(); // unless a challenge goes out below
        return switch (before) {
            case AwaitsFirst() -> first(message);
            case AwaitsFinal awaited -> last(awaited, message);
            case Ended() -> refused(ScramError.OTHER_ERROR, "the exchange has ended");
        };
    }

    /** The name that the client claims, from its first message on. */
    public Optional<String> claimedName() {
        return state instanceof AwaitsFinal awaited
                ? Optional.of(awaited.first().name())
                : Optional.empty();
    }

    private Step first(byte[] message) {
        return switch (ScramMessage.parseFirst(message)) {
            case ScramMessage.Malformed(var error, var why) -> refused(error, why);
            case ScramMessage.First first -> challenge(first);
        };
    }

    private Step challenge(ScramMessage.First first) {
        Optional<ScramVerifier> known = source.passwordOf(first.name()).map(StoredPassword::scram);
        ScramVerifier shown = known.orElseGet(() -> decoy.verifierOf(first.name()));
        String serverFirst =
                "r=%s%s,s=%s,i=%d"
                        .formatted(
                                first.nonce(),
                                serverNonce,
                                Base64.getEncoder().encodeToString(shown.salt()),
                                shown.iterations());
        state = new AwaitsFinal(first, serverFirst, shown, known.isPresent());
        return new Step.Challenge(serverFirst);
    }

    private Step last(AwaitsFinal awaited, byte[] message) {
        return switch (ScramMessage.parseFinal(message)) {
            case ScramMessage.Malformed(var error, var why) -> refused(error, why, awaited.first());
            case ScramMessage.Final last -> judge(awaited, last);
        };
    }

    private Step judge(AwaitsFinal awaited, ScramMessage.Final last) {
        ScramMessage.First first = awaited.first();
        if (!last.channelBinding().equals(first.gs2Header())) {
            return refused(
                    ScramError.CHANNEL_BINDINGS_DONT_MATCH, "another header than at first", first);
        }
        if (!last.nonce().equals(first.nonce() + serverNonce)) {
            return refused(ScramError.OTHER_ERROR, "not the nonce of this exchange", first);
        }
        String authMessage = first.bare() + "," + awaited.serverFirst() + "," + last.withoutProof();
        // Computed for a name that does not exist too, so that it takes as long.
        boolean proven = awaited.shown().proves(last.proofBytes(), authMessage);
        byte[] signature = awaited.shown().serverSignature(authMessage);
        if (!proven || !awaited.exists()) {
            return refused(ScramError.INVALID_PROOF, "unknown name or wrong proof", first);
        }
        return new Step.Accepted(
                first.name(), "v=" + Base64.getEncoder().encodeToString(signature));
    }

    private static Step refused(ScramError error, String why) {
        return new Step.Refused(error.message(), why, Optional.empty());
    }

    private static Step refused(ScramError error, String why, ScramMessage.First first) {
        return new Step.Refused(error.message(), why, Optional.of(first.name()));
    }
}
