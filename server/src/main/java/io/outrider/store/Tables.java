package io.outrider.store;

import io.outrider.keys.DataKeys;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.position.Run;
import io.outrider.sqlite.DatabaseFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All tables, as the writer's thread changes them between {@link #begin} and {@link #commit}. It
 * remembers much of what is in them, so after a failure it is closed and another one opened.
 */
final class Tables implements AutoCloseable {
    static final String CLONE = "clone";
    static final String SEAL_AGAIN = "seal-again";
    static final String UNKNOWN_EPOCH = "announce";

    private final DatabaseFile file;
    private final Statements statements;
    private final AtRest atRest;
    private final Tally tally;
    private final Counters counters;
    private final Epochs epochs;
    private final Journals journals;
    private final Segments segments;
    private final Refusals refusals;
    private final List<Segment> added = new ArrayList<>();
    private final int unsettledMax;
    private int unsettled;

    private Tables(Statements statements, DatabaseFile file, DataKeys keys, StoreLimits limits)
            throws SQLException {
        this.file = file;
        this.statements = statements;
        int cached = limits.trackersCached();
        atRest = new AtRest(keys);
        tally = new Tally(statements);
        counters = new Counters(statements, cached);
        epochs = new Epochs(statements, cached);
        journals = new Journals(statements, cached, tally);
        segments = new Segments(statements, journals, atRest, tally);
        refusals = new Refusals(statements, limits, atRest, tally);
        unsettledMax = limits.unsettledMax();
        statements.commit(); // what was read above holds no snapshot open
    }

    /** Settles first what those before it have left, in a transaction of its own. */
    static Tables open(Connection connection, DatabaseFile file, DataKeys keys, StoreLimits limits)
            throws SQLException {
        var statements = new Statements(connection);
        try {
            var tables = new Tables(statements, file, keys, limits);
            tables.begin();
            tables.settle();
            file.requireInPlace();
            statements.commit();
            return tables;
        } catch (SQLException e) {
            statements.close();
            throw e;
        }
    }

    private void settle() throws SQLException {
        segments.settle();
        counters.settle();
        unsettled = 0;
    }

    /** By name, as of the last commit. */
    Map<String, Long> counts() {
        return tally.counts();
    }

    void begin() throws SQLException {
        statements.begin();
    }

    /** Durable when it returns. What positions were added since {@link #begin}. */
    List<Segment> commit() throws SQLException {
        counters.flush();
        refusals.flush();
        if (unsettled >= unsettledMax) {
            settle();
        }
        tally.flush();
        file.requireInPlace();
        statements.commit();
        tally.committed();
        List<Segment> committed = List.copyOf(added);
        added.clear();
        return committed;
    }

    /** Undoes what was not committed. */
    @Override
    public void close() throws SQLException {
        statements.close();
    }

    /** Keeps a report once: guards first, then its positions. */
    Outcome add(ReceivedReport report)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        Optional<Outcome> withoutKey = atRest.outcomeWithoutKey(report.enrolment());
        if (withoutKey.isPresent()) {
            return withoutKey.get();
        }
        if (!epochs.isKnown(report.enrolment(), report.epochNumber(), report.epochId())) {
            return countUnknownEpoch();
        }
        unsettled++;
        return switch (counters.see(
                report.enrolment(), report.epochNumber(), report.counter(), report.tag())) {
            case BELOW_WINDOW -> {
                tally.add(Tally.REFUSED_PREFIX + SEAL_AGAIN, 1);
                yield new Outcome.BelowWindow();
            }
            case OTHER_TAG -> {
                refusals.add(report.refusedAs(CLONE));
                yield new Outcome.Clone("one counter under two tags");
            }
            case REPEATED -> {
                tally.add(Tally.REPORTS_DUPLICATE, 1);
                tally.add(Tally.DUPLICATE, report.run().count());
                yield new Outcome.Duplicate();
            }
            case FRESH -> {
                keep(report);
                yield new Outcome.Committed();
            }
        };
    }

    private void keep(ReceivedReport report)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        tally.add(Tally.REPORTS, 1);
        switch (report.run()) {
            case Run.Positions run -> {
                List<Segment> landed = segments.add(report, Judged.of(run, report.verdicts()));
                added.addAll(landed);
                unsettled += landed.size();
            }
            case Run.Dropped dropped -> segments.addDropped(report, dropped);
        }
    }

    /** Keeps an epoch once. */
    Outcome add(AnnouncedEpoch epoch)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        long enrolment = epoch.enrolment();
        return switch (epochs.standing(enrolment, epoch.announced())) {
            case REPEATED -> {
                tally.add(Tally.EPOCHS_DUPLICATE, 1);
                yield new Outcome.Duplicate();
            }
            case CONTRADICTED -> {
                refusals.add(epoch.refusedAs(CLONE));
                yield new Outcome.Clone("two announcements claim one place");
            }
            case TOO_OLD -> {
                // Who counts epochs in one place only never goes back.
                refusals.add(epoch.refusedAs(CLONE));
                yield new Outcome.Clone("announces an epoch from before the last 256");
            }
            case NEW -> {
                long forgotten = epochs.insert(epoch);
                if (forgotten >= 0) {
                    counters.forgetEpochs(enrolment, forgotten);
                }
                tally.add(Tally.EPOCHS, 1);
                yield new Outcome.Committed();
            }
        };
    }

    Outcome add(RefusedMessage refusal)
            throws SQLException, KeyUnavailableException, AtRest.ErasedException {
        Optional<Outcome> withoutKey = atRest.outcomeWithoutKey(refusal.enrolment());
        if (withoutKey.isPresent()) {
            return withoutKey.get();
        }
        refusals.add(refusal);
        return new Outcome.Committed();
    }

    Outcome countUnknownEpoch() {
        tally.add(Tally.REFUSED_PREFIX + UNKNOWN_EPOCH, 1);
        return new Outcome.UnknownEpoch();
    }
}
