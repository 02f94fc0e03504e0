package io.outrider.store;

import io.outrider.check.Verdict;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.position.MalformedRun;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Positions that are kept in one row: consecutive sequences, one verdict, and a receiver time that
 * never runs backwards and spans at most {@link #SPAN_MS_MAX}. So a segment's first position is the
 * first of its history, and a range of time is a range of the index.
 */
record Segment(
        long enrolment,
        long journal,
        long first,
        List<Position> positions,
        Verdict verdict,
        Instant receivedAt) {
    static final long SPAN_MS_MAX = 3_600_000;

    /** Cuts a run where a segment has to end. */
    static List<Segment> of(
            long enrolment, long journal, long first, List<Judged> run, Instant receivedAt) {
        List<Segment> segments = new ArrayList<>(1);
        int begin = 0;
        for (int i = 1; i <= run.size(); i++) {
            if (i == run.size() || !belongsTo(run.get(begin), run.get(i - 1), run.get(i))) {
                List<Position> positions =
                        run.subList(begin, i).stream().map(Judged::position).toList();
                Verdict verdict = run.get(begin).verdict();
                segments.add(
                        new Segment(
                                enrolment, journal, first + begin, positions, verdict, receivedAt));
                begin = i;
            }
        }
        return segments;
    }

    private static boolean belongsTo(Judged head, Judged before, Judged next) {
        return next.verdict().equals(head.verdict())
                && next.timeMs() >= before.timeMs()
                && next.timeMs() - head.timeMs() <= SPAN_MS_MAX;
    }

    Span span() {
        return new Span(first, positions.size());
    }

    long timeMinMs() {
        return positions.getFirst().time().toEpochMilli();
    }

    long timeMaxMs() {
        return positions.getLast().time().toEpochMilli();
    }

    /** As the row keeps it. */
    byte[] seal(AtRest atRest) throws KeyUnavailableException, AtRest.ErasedException {
        byte[] plaintext = RunCodec.encode(new Run.Positions(first, positions), first, timeMinMs());
        return atRest.seal(enrolment, place(enrolment, journal, span()), plaintext);
    }

    static Segment open(
            long enrolment,
            long journal,
            Span span,
            long timeMinMs,
            Instant receivedAt,
            Verdict verdict,
            byte[] sealed,
            AtRest atRest)
            throws KeyUnavailableException, AtRest.ErasedException {
        byte[] plaintext = atRest.open(enrolment, place(enrolment, journal, span), sealed);
        try {
            if (RunCodec.decode(plaintext, span.first(), timeMinMs)
                            instanceof Run.Positions(long first, List<Position> positions)
                    && first == span.first()
                    && positions.size() == span.count()) {
                return new Segment(enrolment, journal, first, positions, verdict, receivedAt);
            }
        } catch (MalformedRun e) {
            throw new StoreException("a damaged row of tracker " + enrolment, e);
        }
        throw new StoreException("a damaged row of tracker " + enrolment);
    }

    List<StoredPosition> stored() {
        List<StoredPosition> stored = new ArrayList<>(positions.size());
        for (int i = 0; i < positions.size(); i++) {
            stored.add(stored(i));
        }
        return stored;
    }

    StoredPosition stored(int i) {
        return new StoredPosition(
                enrolment, journal, first + i, positions.get(i), verdict, receivedAt);
    }

    private static byte[] place(long enrolment, long journal, Span span) {
        return AtRest.Use.SEGMENT.of(enrolment, journal, span.first(), span.count());
    }
}
