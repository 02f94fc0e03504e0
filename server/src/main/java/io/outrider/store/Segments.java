package io.outrider.store;

import io.outrider.check.Verdict;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.position.Run;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes positions and dropped runs, each sequence once: what is there already is left as it is.
 * Segments land in a table in the order in which they come, whose last pages are all that a commit
 * changes, and settle in that of their own order many at a time. For the writer's thread.
 */
final class Segments {
    /** The columns of {@link #read}, in its order. */
    static final String COLUMNS =
            "enrolment, journal, first, count, time_min, received, verdict, sealed";

    private final PreparedStatement land;
    private final PreparedStatement settleLanded;
    private final PreparedStatement deleteLanded;
    private final PreparedStatement insertDropped;
    private final PreparedStatement readOverlapping;
    private final Journals journals;
    private final AtRest atRest;
    private final Tally tally;

    Segments(Statements statements, Journals journals, AtRest atRest, Tally tally)
            throws SQLException {
        land =
                statements.prepare(
                        "INSERT INTO landed(enrolment, journal, first, count, time_min, time_max,"
                                + " received, verdict, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        settleLanded =
                statements.prepare(
                        "INSERT INTO segment(enrolment, journal, first, count, time_min, time_max,"
                                + " received, verdict, sealed) SELECT enrolment, journal, first,"
                                + " count, time_min, time_max, received, verdict, sealed"
                                + " FROM landed ORDER BY enrolment, journal, first");
        deleteLanded = statements.prepare("DELETE FROM landed");
        insertDropped =
                statements.prepare(
                        "INSERT INTO dropped(enrolment, journal, first, count, reason, received)"
                                + " VALUES (?, ?, ?, ?, ?, ?)");
        readOverlapping =
                statements.prepare(
                        "SELECT first, count FROM stored WHERE enrolment = ? AND journal = ?"
                                + " AND first <= ? ORDER BY first DESC");
        this.journals = journals;
        this.atRest = atRest;
        this.tally = tally;
    }

    /** Keeps what of the report's positions is new, and gives that back. */
    List<Segment> add(ReceivedReport report, List<Judged> run)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        long enrolment = report.enrolment();
        long journal = report.journal();
        var span = new Span(report.firstSequence(), run.size());
        List<Segment> added = new ArrayList<>(1);
        for (Span piece : missing(enrolment, journal, span)) {
            int from = (int) (piece.first() - span.first());
            List<Judged> part = run.subList(from, from + (int) piece.count());
            for (Segment segment :
                    Segment.of(enrolment, journal, piece.first(), part, report.receivedAt())) {
                land(segment);
                added.add(segment);
            }
            journals.note(enrolment, journal, piece);
            count(part, report.lateBefore());
        }
        long stored = added.stream().mapToLong(segment -> segment.span().count()).sum();
        tally.add(Tally.DUPLICATE, run.size() - stored);
        return added;
    }

    /** Keeps the word that a run will never come, for what of it is not known yet. */
    void addDropped(ReceivedReport report, Run.Dropped dropped) throws SQLException {
        var span = new Span(dropped.firstSequence(), dropped.count());
        for (Span piece : journals.unknown(report.enrolment(), report.journal(), span)) {
            insertDropped.setLong(1, report.enrolment());
            insertDropped.setLong(2, report.journal());
            insertDropped.setLong(3, piece.first());
            insertDropped.setLong(4, piece.count());
            insertDropped.setInt(5, dropped.reason().code());
            insertDropped.setLong(6, report.receivedAt().toEpochMilli());
            insertDropped.executeUpdate();
            journals.note(report.enrolment(), report.journal(), piece);
            tally.add(Tally.DROPPED, piece.count());
        }
    }

    /** Moves what has landed to where it stays. */
    void settle() throws SQLException {
        settleLanded.executeUpdate();
        deleteLanded.executeUpdate();
    }

    /** Reads a row of {@link #COLUMNS}. */
    static Segment read(ResultSet row, AtRest atRest)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        return Segment.open(
                row.getLong(1),
                row.getLong(2),
                new Span(row.getLong(3), row.getLong(4)),
                row.getLong(5),
                Instant.ofEpochMilli(row.getLong(6)),
                new Verdict(row.getInt(7)),
                row.getBytes(8),
                atRest);
    }

    /**
     * The rows that overlap a span, in descending order, of a table whose rows are disjoint: so the
     * first that ends below the span ends the search.
     */
    static List<Span> overlapping(PreparedStatement query, long enrolment, long journal, Span span)
            throws SQLException {
        query.setLong(1, enrolment);
        query.setLong(2, journal);
        query.setLong(3, span.last());
        List<Span> overlapping = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                var row = new Span(rows.getLong(1), rows.getLong(2));
                if (!row.overlaps(span)) {
                    break;
                }
                overlapping.add(row);
            }
        }
        return overlapping;
    }

    private List<Span> missing(long enrolment, long journal, Span span) throws SQLException {
        if (journals.isBeyond(enrolment, journal, span)) {
            return List.of(span);
        }
        return span.without(overlapping(readOverlapping, enrolment, journal, span));
    }

    private void land(Segment segment)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        land.setLong(1, segment.enrolment());
        land.setLong(2, segment.journal());
        land.setLong(3, segment.first());
        land.setLong(4, segment.span().count());
        land.setLong(5, segment.timeMinMs());
        land.setLong(6, segment.timeMaxMs());
        land.setLong(7, segment.receivedAt().toEpochMilli());
        land.setInt(8, segment.verdict().bits());
        land.setBytes(9, segment.seal(atRest));
        land.executeUpdate();
    }

    private void count(List<Judged> stored, Instant lateBefore) {
        int late = 0;
        int doubted = 0;
        for (Judged judged : stored) {
            late += judged.position().time().isBefore(lateBefore) ? 1 : 0;
            doubted += judged.verdict().isPlausible() ? 0 : 1;
        }
        tally.add(Tally.ACCEPTED, stored.size());
        tally.add(Tally.LATE, late);
        tally.add(Tally.DOUBTED, doubted);
    }
}
