package io.outrider.store;

import io.outrider.check.Verdict;
import io.outrider.position.Run;
import io.outrider.seal.Bytes;
import io.outrider.topic.Channel;
import java.time.Instant;
import java.util.List;

/**
 * A report that was opened, and what the store needs to keep it once.
 *
 * @param epochNumber the epoch under which it was sealed, with its id
 * @param counter 0 to 2^20 - 1
 * @param tag of the sealed report; eight bytes of it suffice to tell a repeat from a clone
 * @param journal the journal whose sequences the run has
 * @param run its positions, or the word that they were dropped
 * @param verdicts of the positions, in their order; empty for a dropped run
 * @param lateBefore positions dated before this are counted as late
 * @param payload as it came, for inspection where it is refused
 */
public record ReceivedReport(
        long enrolment,
        long epochNumber,
        long epochId,
        long counter,
        long tag,
        long journal,
        Run run,
        List<Verdict> verdicts,
        Instant receivedAt,
        Instant lateBefore,
        Bytes payload) {

    public ReceivedReport {
        verdicts = List.copyOf(verdicts);
        if (run instanceof Run.Positions && verdicts.size() != run.count()) {
            throw new IllegalArgumentException("not a verdict for each position");
        }
    }

    long firstSequence() {
        return run.firstSequence();
    }

    RefusedMessage refusedAs(String reason) {
        return RefusedMessage.of(enrolment, Channel.REPORT, reason, receivedAt, payload);
    }
}
