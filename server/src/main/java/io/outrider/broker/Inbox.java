package io.outrider.broker;

import java.util.concurrent.CompletionStage;

/** Where the broker puts what trackers publish. */
@FunctionalInterface
public interface Inbox {

    /**
     * Takes one message and answers when its fate is settled: the PUBACK waits for this.
     *
     * <p>Called from the engine's few threads, by several at once, one message at a time for each
     * tracker: returns at once and never blocks. A stage that fails, or is not complete within
     * {@link io.outrider.gate.Limits.Answers#outcomeTimeMax}, counts as {@link Outcome.Withheld},
     * as does an exception.
     */
    CompletionStage<Outcome> accept(Inbound inbound);
}
