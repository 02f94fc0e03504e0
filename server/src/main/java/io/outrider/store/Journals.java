package io.outrider.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How complete each journal is: the first and last sequence known of it, and the gaps between them.
 * Known is what is stored or was said to be dropped. The gaps are rows, the ends are read from the
 * segments and dropped runs themselves; of a segment that has landed and not settled, they are
 * remembered. For the writer's thread.
 */
final class Journals {
    private static final String LAST_OF =
            "SELECT first + count - 1 FROM %s WHERE enrolment = ?1 AND journal = ?2"
                    + " ORDER BY first DESC LIMIT 1";
    private static final String FIRST_OF =
            "SELECT first FROM %s WHERE enrolment = ?1 AND journal = ?2 ORDER BY first LIMIT 1";

    private record Key(long enrolment, long journal) {}

    /** The ends of what is known; an empty journal ends before it begins. */
    private record Ends(long first, long last) {
        static final Ends NONE = new Ends(Long.MAX_VALUE, -1);

        boolean isEmpty() {
            return last < first;
        }
    }

    private final PreparedStatement readEnds;
    private final PreparedStatement readGaps;
    private final PreparedStatement insertGap;
    private final PreparedStatement deleteGap;
    private final Lru<Key, Ends> known;
    private final Tally tally;

    Journals(Statements statements, int cached, Tally tally) throws SQLException {
        readEnds =
                statements.prepare(
                        "SELECT (%s), (%s), (%s), (%s)"
                                .formatted(
                                        FIRST_OF.formatted("segment"),
                                        FIRST_OF.formatted("dropped"),
                                        LAST_OF.formatted("segment"),
                                        LAST_OF.formatted("dropped")));
        // Gaps are disjoint: from the last that begins in the span downwards, until one ends below.
        readGaps =
                statements.prepare(
                        "SELECT first, count FROM gap WHERE enrolment = ? AND journal = ?"
                                + " AND first <= ? ORDER BY first DESC");
        insertGap =
                statements.prepare(
                        "INSERT INTO gap(enrolment, journal, first, count) VALUES (?, ?, ?, ?)");
        deleteGap =
                statements.prepare(
                        "DELETE FROM gap WHERE enrolment = ? AND journal = ? AND first = ?");
        this.known = new Lru<>(cached);
        this.tally = tally;
    }

    /** Whether all of the span lies behind everything known: nothing in it can be a repeat. */
    boolean isBeyond(long enrolment, long journal, Span span) throws SQLException {
        return span.first() > ends(new Key(enrolment, journal)).last();
    }

    /** What of the span is not known, in ascending order. */
    List<Span> unknown(long enrolment, long journal, Span span) throws SQLException {
        var key = new Key(enrolment, journal);
        Ends ends = ends(key);
        if (ends.isEmpty() || span.last() < ends.first() || span.first() > ends.last()) {
            return List.of(span);
        }
        List<Span> unknown = new ArrayList<>();
        if (span.first() < ends.first()) {
            unknown.add(Span.between(span.first(), ends.first() - 1));
        }
        for (Span gap : gaps(key, span).reversed()) {
            unknown.add(
                    Span.between(
                            Math.max(gap.first(), span.first()),
                            Math.min(gap.last(), span.last())));
        }
        if (span.last() > ends.last()) {
            unknown.add(Span.between(ends.last() + 1, span.last()));
        }
        return unknown;
    }

    /** From now on the span is known. */
    void note(long enrolment, long journal, Span span) throws SQLException {
        var key = new Key(enrolment, journal);
        Ends ends = ends(key);
        if (ends.isEmpty()) {
            known.put(key, new Ends(span.first(), span.last()));
            return;
        }
        if (span.first() <= ends.last() && span.last() >= ends.first()) {
            closeGaps(key, span);
        } else if (span.first() > ends.last() + 1) {
            open(key, Span.between(ends.last() + 1, span.first() - 1));
        } else if (span.last() < ends.first() - 1) {
            open(key, Span.between(span.last() + 1, ends.first() - 1));
        }
        known.put(
                key,
                new Ends(Math.min(ends.first(), span.first()), Math.max(ends.last(), span.last())));
    }

    private void closeGaps(Key key, Span span) throws SQLException {
        for (Span gap : gaps(key, span)) {
            deleteGap.setLong(1, key.enrolment());
            deleteGap.setLong(2, key.journal());
            deleteGap.setLong(3, gap.first());
            deleteGap.executeUpdate();
            tally.add(Tally.GAPS, -gap.count());
            for (Span rest : gap.without(List.of(span))) {
                open(key, rest);
            }
        }
    }

    private void open(Key key, Span gap) throws SQLException {
        insertGap.setLong(1, key.enrolment());
        insertGap.setLong(2, key.journal());
        insertGap.setLong(3, gap.first());
        insertGap.setLong(4, gap.count());
        insertGap.executeUpdate();
        tally.add(Tally.GAPS, gap.count());
    }

    /** The gaps that overlap the span, in descending order. */
    private List<Span> gaps(Key key, Span span) throws SQLException {
        return Segments.overlapping(readGaps, key.enrolment(), key.journal(), span);
    }

    private Ends ends(Key key) throws SQLException {
        Ends ends = known.get(key);
        if (ends == null) {
            ends = readEnds(key);
            known.put(key, ends);
        }
        return ends;
    }

    private Ends readEnds(Key key) throws SQLException {
        readEnds.setLong(1, key.enrolment());
        readEnds.setLong(2, key.journal());
        try (ResultSet row = readEnds.executeQuery()) {
            row.next();
            long first = Long.MAX_VALUE;
            long last = -1;
            for (int column = 1; column <= 4; column++) {
                long value = row.getLong(column);
                if (!row.wasNull()) {
                    first = column <= 2 ? Math.min(first, value) : first;
                    last = column > 2 ? Math.max(last, value) : last;
                }
            }
            return last < 0 ? Ends.NONE : new Ends(first, last);
        }
    }
}
