package io.outrider.intake;

import io.outrider.seal.Bytes;
import java.util.Locale;
import java.util.Optional;

/** What a tracker is told of one message. All but {@link Unavailable} are durable. */
public sealed interface Answer {
    /** It is stored: the tracker may delete it. */
    record Stored() implements Answer {}

    /** The same was stored before: the tracker may delete it. */
    record Duplicate() implements Answer {}

    /** The counter is below the window: the tracker shall seal the positions once more. */
    record SealAgain() implements Answer {}

    /**
     * The epoch is not known: the tracker shall announce another.
     *
     * @param request signed, for the tracker's {@code down} topic; empty where one went out lately
     */
    record Announce(Optional<Bytes> request) implements Answer {}

    /** It will never be taken as it is. */
    record Refused(Reason reason, String why) implements Answer {}

    /** Not taken now, perhaps later: no answer goes to the tracker, which sends it again. */
    record Unavailable(String why) implements Answer {}

    /** Why a message is refused: each has its counter. */
    enum Reason {
        /** Well formed, but not sealed or signed by this tracker, for this topic, in this epoch. */
        FORGED,
        /** Not of the form that version 1 fixes. */
        MALFORMED,
        /** Plain JSON or text, which a tracker enrolled to seal never sends. */
        UNSEALED,
        /** Two senders use one identity. */
        CLONE,
        /** Of an enrolment that is not in the registry, or on a channel that leads elsewhere. */
        FOREIGN,
        /** Encapsulated to a sealing key that this backend does not have. */
        UNKNOWN_KEY,
        /** Of a suite that this backend does not know. */
        UNSUPPORTED_SUITE;

        /** Under which it is counted: {@code unknown-key}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
