package io.outrider.store;

import io.outrider.check.Verdict;
import io.outrider.position.Position;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A position as it is kept.
 *
 * @param enrolment the tracker, by its enrolment number
 * @param journal the journal that numbered it
 * @param sequence its number there; (enrolment, journal, sequence) is unique
 */
public record StoredPosition(
        long enrolment,
        long journal,
        long sequence,
        Position position,
        Verdict verdict,
        Instant receivedAt) {

    /** The order of one tracker's history: the receiver's time, then journal, then sequence. */
    public static final Comparator<StoredPosition> BY_TIME =
            Comparator.comparing((StoredPosition stored) -> stored.position().time())
                    .thenComparingLong(StoredPosition::journal)
                    .thenComparingLong(StoredPosition::sequence);

    /** Whether no check spoke against it. */
    public boolean isPlausible() {
        return verdict.isPlausible();
    }

    /** The reasons for which it is doubted, in words fit for a wire: {@code dated-in-future}. */
    public List<String> doubts() {
        return verdict.doubts().stream()
                .map(doubt -> doubt.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }
}
