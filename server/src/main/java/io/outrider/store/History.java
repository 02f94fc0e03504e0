package io.outrider.store;

import io.outrider.keys.KeyUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One tracker's positions of a span of time in the order of (receiver time, journal, sequence),
 * read page by page: between pages nothing is held, so a slow reader costs the writer nothing. In
 * memory are a page of segments and those that overlap in time, which is at most what the tracker
 * said of one hour. For one thread.
 */
final class History implements Iterator<StoredPosition> {
    private static final int PAGE = 128;
    private static final String QUERY =
            "SELECT "
                    + Segments.COLUMNS
                    + " FROM stored WHERE enrolment = ?1 AND time_min <= ?2"
                    + " AND (time_min, journal, first) > (?3, ?4, ?5)"
                    + " ORDER BY time_min, journal, first LIMIT "
                    + PAGE;

    private final Readers readers;
    private final long enrolment;
    private final Instant from;
    private final Instant to;
    private final PriorityQueue<StoredPosition> merged =
            new PriorityQueue<>(StoredPosition.BY_TIME);
    private final List<Segment> page = new ArrayList<>();
    private int nextInPage;
    private @Nullable Segment last;
    private boolean ended;

    /**
     * @param from inclusive
     * @param to exclusive
     */
    History(Readers readers, long enrolment, Instant from, Instant to) {
        this.readers = readers;
        this.enrolment = enrolment;
        this.from = from;
        this.to = to;
    }

    @Override
    public boolean hasNext() {
        // A segment is due before the head where it begins before it.
        for (Segment segment = peek(); segment != null; segment = peek()) {
            StoredPosition head = merged.peek();
            StoredPosition first = segment.stored(0);
            if (head != null && StoredPosition.BY_TIME.compare(head, first) < 0) {
                return true;
            }
            nextInPage++;
            merge(segment);
        }
        return !merged.isEmpty();
    }

    @Override
    public StoredPosition next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return merged.remove();
    }

    private void merge(Segment segment) {
        for (StoredPosition stored : segment.stored()) {
            Instant time = stored.position().time();
            if (!time.isBefore(from) && time.isBefore(to)) {
                merged.add(stored);
            }
        }
    }

    private @Nullable Segment peek() {
        if (nextInPage == page.size() && !ended) {
            page.clear();
            nextInPage = 0;
            page.addAll(readers.read(this::readPage));
            ended = page.size() < PAGE;
        }
        return nextInPage < page.size() ? page.get(nextInPage) : null;
    }

    private List<Segment> readPage(Connection connection, AtRest atRest)
            throws SQLException, KeyUnavailableException {
        List<Segment> read = new ArrayList<>(PAGE);
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            Segment after = last;
            query.setLong(1, enrolment);
            query.setLong(2, to.toEpochMilli() - 1);
            query.setLong(
                    3,
                    after == null
                            ? from.toEpochMilli() - Segment.SPAN_MS_MAX - 1
                            : after.timeMinMs());
            query.setLong(4, after == null ? Long.MAX_VALUE : after.journal());
            query.setLong(5, after == null ? Long.MAX_VALUE : after.first());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    read.add(Segments.read(rows, atRest));
                }
            }
        } catch (AtRest.ErasedException e) {
            return List.of();
        }
        if (!read.isEmpty()) {
            last = read.getLast();
        }
        return read;
    }
}
