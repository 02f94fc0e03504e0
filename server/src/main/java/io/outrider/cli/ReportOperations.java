package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.cli.Operations.Rows;
import io.outrider.fleet.Client;
import io.outrider.fleet.Standing;
import io.outrider.fleet.Tracker;
import io.outrider.keys.OperatorException;
import io.outrider.position.Position;
import io.outrider.store.MissingRun;
import io.outrider.store.StoredPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The verbs that only look: {@code positions} and {@code status}. */
final class ReportOperations {
    static final int MISSING_RUNS_MAX = 20;

    private final Backend backend;
    private final Supplier<Map<String, Object>> serving;
    private final Supplier<List<String>> alarms;

    /**
     * @param serving what only a server that runs can tell of itself
     * @param alarms what only such a server can know to be wrong
     */
    ReportOperations(
            Backend backend, Supplier<Map<String, Object>> serving, Supplier<List<String>> alarms) {
        this.backend = backend;
        this.serving = serving;
        this.alarms = alarms;
    }

    void perform(Request request, Rows rows) throws OperatorException {
        switch (request.verb()) {
            case "positions" -> positions(request, rows);
            case "status" -> Answers.add(rows, status());
            default -> throw Answers.unknown(request);
        }
    }

    private void positions(Request request, Rows rows) throws OperatorException {
        Tracker tracker = Answers.made(backend.registry().show(request.argument("tracker")));
        Instant from = time(request, "from").orElse(Instant.EPOCH);
        Instant to = time(request, "to").orElse(Instant.parse("9999-12-31T23:59:59.999Z"));
        backend.store()
                .history(tracker.enrolment(), from, to)
                .forEachRemaining(stored -> Answers.add(rows, row(stored)));
    }

    private Map<String, Object> status() {
        var counts = backend.store().counts();
        var status = new LinkedHashMap<String, Object>(serving.get());
        var positions = new LinkedHashMap<String, Object>();
        positions.put("accepted", counts.accepted());
        positions.put("duplicate", counts.duplicate());
        positions.put("late", counts.late());
        positions.put("doubted", counts.doubted());
        positions.put("dropped", counts.dropped());
        positions.put("gaps", counts.gaps());
        status.put("trackers", backend.registry().trackers().size());
        status.put("clients", backend.registry().clients().size());
        status.put("cutOff", cutOff());
        status.put("reachesTrackers", reachesTrackers());
        status.put("positions", positions);
        status.put("reports", counted(counts.reports(), counts.reportsDuplicate()));
        status.put("epochs", counted(counts.epochs(), counts.epochsDuplicate()));
        status.put("refused", new java.util.TreeMap<>(counts.refused()));
        status.put("missing", missing());
        var all = new ArrayList<String>(alarms.get());
        Alarms.of(backend.store().health()).ifPresent(all::add);
        status.put("alarms", all);
        return status;
    }

    private static Map<String, Object> counted(long accepted, long duplicate) {
        var counted = new LinkedHashMap<String, Object>();
        counted.put("accepted", accepted);
        counted.put("duplicate", duplicate);
        return counted;
    }

    private List<Map<String, Object>> missing() {
        var missing = new ArrayList<Map<String, Object>>();
        for (Tracker tracker : backend.registry().trackers()) {
            for (MissingRun run : backend.store().missing(tracker.enrolment(), MISSING_RUNS_MAX)) {
                if (missing.size() == MISSING_RUNS_MAX) {
                    return missing;
                }
                var row = new LinkedHashMap<String, Object>();
                row.put("tracker", tracker.id().toString());
                row.put("journal", Long.toHexString(run.journal()));
                row.put("first", run.first());
                row.put("count", run.count());
                row.put(
                        "why",
                        run.droppedFor() == 0 ? "gap" : "dropped, reason " + run.droppedFor());
                missing.add(row);
            }
        }
        return missing;
    }

    private List<String> cutOff() {
        return backend.registry().trackers().stream()
                .filter(tracker -> tracker.standing() != Standing.ACTIVE)
                .map(tracker -> tracker.id() + " " + Answers.word(tracker.standing()))
                .toList();
    }

    /** The grants that take in whole fleets, so that nobody forgets them. */
    private List<String> reachesTrackers() {
        var reaches = new ArrayList<String>();
        for (Client client : backend.registry().clients()) {
            PolicyOperations.reaches(client).forEach(r -> reaches.add(client.name() + " " + r));
        }
        return reaches;
    }

    private static Map<String, Object> row(StoredPosition stored) {
        Position position = stored.position();
        var row = new LinkedHashMap<String, Object>();
        row.put("time", position.time().toString());
        row.put("latitudeE7", position.latitudeE7());
        row.put("longitudeE7", position.longitudeE7());
        row.put("speedMmPerS", position.speedMmPerS());
        row.put("courseCentideg", position.courseCentideg());
        row.put("altitudeMm", position.altitudeMm());
        row.put("fixQuality", position.fixQuality());
        row.put("satellites", position.satellites());
        row.put("hdopCenti", position.hdopCenti());
        row.put("journal", Long.toHexString(stored.journal()));
        row.put("sequence", stored.sequence());
        row.put("receivedAt", stored.receivedAt().toString());
        row.put("verdict", stored.doubts());
        return row;
    }

    private static Optional<Instant> time(Request request, String name) throws OperatorException {
        String text = request.arguments().get(name);
        try {
            return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (java.time.DateTimeException e) {
            throw new OperatorException(
                    "'" + text + "' is no time", "Write 2026-11-22T10:15:30Z.", e);
        }
    }
}
