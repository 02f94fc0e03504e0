package io.outrider.cli;

import io.outrider.authority.Invitation;
import io.outrider.fleet.Change;
import io.outrider.fleet.Fleet;
import io.outrider.fleet.Tracker;
import io.outrider.keys.OperatorException;
import io.outrider.position.Position;
import io.outrider.store.MissingRun;
import io.outrider.store.StoreException;
import io.outrider.store.StoredPosition;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Meets the command line's requests from an opened data directory. Safe for use by many threads.
 */
final class ServerOperations implements Operations {
    private static final int MISSING_RUNS_MAX = 20;

    private final Backend backend;
    private final Config config;
    private final Supplier<Map<String, Object>> serving;

    /**
     * @param serving what only a server that runs can tell of itself, for {@code status}
     */
    ServerOperations(Backend backend, Config config, Supplier<Map<String, Object>> serving) {
        this.backend = backend;
        this.config = config;
        this.serving = serving;
    }

    @Override
    public void perform(Request request, Rows rows) throws OperatorException {
        try {
            switch (request.verb()) {
                case "fleet create" -> createFleet(request.argument("fleet"), rows);
                case "fleet add" -> addTracker(request.argument("tracker"), rows);
                case "fleet list" -> list(rows);
                case "fleet show" -> show(request.argument("tracker"), rows);
                case "fleet remove" -> remove(request.argument("tracker"), rows);
                case "positions" -> positions(request, rows);
                case "status" -> add(rows, status());
                default ->
                        throw new OperatorException(
                                "the server does not know '" + request.verb() + "'",
                                "Is it older than this command? Restart it.");
            }
        } catch (SQLException | StoreException e) {
            throw new OperatorException(
                    "the database failed (" + e.getMessage() + ")",
                    "Look at the disk and the server's log.",
                    e);
        }
    }

    private void createFleet(String name, Rows rows) throws SQLException, OperatorException {
        Fleet fleet = made(backend.registry().createFleet(name));
        add(rows, Map.of("fleet", fleet.name()));
    }

    private void addTracker(String name, Rows rows) throws SQLException, OperatorException {
        Invitation invitation =
                made(
                        backend.authority()
                                .invite(name, config.enrolment().port(), config.mqtt().port()));
        var row = new LinkedHashMap<String, Object>();
        row.put("tracker", invitation.tracker().id().toString());
        if (invitation.tracker().state() instanceof Tracker.Invited(Instant expires)) {
            row.put("expires", expires.toString());
        }
        row.put("token", invitation.token());
        add(rows, row);
    }

    private void list(Rows rows) throws SQLException {
        for (Fleet fleet : backend.registry().fleets()) {
            add(rows, Map.of("fleet", fleet.name()));
            for (Tracker tracker : backend.registry().trackers()) {
                if (tracker.id().fleet().equals(fleet.name())) {
                    add(rows, describe(tracker));
                }
            }
        }
    }

    private void show(String name, Rows rows) throws OperatorException {
        Tracker tracker = made(backend.registry().show(name));
        Map<String, Object> row = describe(tracker);
        backend.store()
                .latest(tracker.enrolment())
                .ifPresent(latest -> {
                    row.put("latest", latest.position().time().toString());
                    row.put("latestReceived", latest.receivedAt().toString());
                });
        List<MissingRun> missing = backend.store().missing(tracker.enrolment(), MISSING_RUNS_MAX);
        row.put("missing", missing.stream().mapToLong(MissingRun::count).sum());
        add(rows, row);
    }

    private void remove(String name, Rows rows) throws SQLException, OperatorException {
        Tracker tracker = made(backend.registry().remove(name));
        add(rows, Map.of("tracker", tracker.id().toString(), "removed", true));
    }

    private void positions(Request request, Rows rows) throws OperatorException {
        Tracker tracker = made(backend.registry().show(request.argument("tracker")));
        Instant from = time(request, "from").orElse(Instant.EPOCH);
        Instant to = time(request, "to").orElse(Instant.parse("9999-12-31T23:59:59.999Z"));
        backend.store()
                .history(tracker.enrolment(), from, to)
                .forEachRemaining(stored -> add(rows, row(stored)));
    }

    private Map<String, Object> status() {
        var counts = backend.store().counts();
        var health = backend.store().health();
        var status = new LinkedHashMap<String, Object>(serving.get());
        var positions = new LinkedHashMap<String, Object>();
        positions.put("accepted", counts.accepted());
        positions.put("duplicate", counts.duplicate());
        positions.put("late", counts.late());
        positions.put("doubted", counts.doubted());
        positions.put("dropped", counts.dropped());
        positions.put("gaps", counts.gaps());
        status.put("trackers", backend.registry().trackers().size());
        status.put("positions", positions);
        status.put("reports", counted(counts.reports(), counts.reportsDuplicate()));
        status.put("epochs", counted(counts.epochs(), counts.epochsDuplicate()));
        status.put("refused", new java.util.TreeMap<>(counts.refused()));
        status.put("missing", missing());
        var alarms = new ArrayList<String>();
        if (health.state() != io.outrider.store.Health.State.WELL) {
            alarms.add(
                    "store " + health.state() + " since " + health.since() + ": " + health.why());
        }
        status.put("alarms", alarms);
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

    private static Map<String, Object> describe(Tracker tracker) {
        var row = new LinkedHashMap<String, Object>();
        row.put("tracker", tracker.id().toString());
        row.put("enrolment", tracker.enrolment());
        row.put("added", tracker.addedAt().toString());
        switch (tracker.state()) {
            case Tracker.Invited(Instant tokenExpires) -> {
                row.put("state", "invited");
                row.put("tokenExpires", tokenExpires.toString());
            }
            case Tracker.Enrolled enrolled -> {
                row.put("state", "enrolled");
                row.put("enrolled", enrolled.enrolledAt().toString());
                row.put("keySha256", enrolled.keySha256());
                row.put("certificateSerial", enrolled.certificateSerial());
                row.put("certificateNotAfter", enrolled.certificateNotAfter().toString());
            }
        }
        return row;
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

    private static <T> T made(Change<T> change) throws OperatorException {
        return switch (change) {
            case Change.Made<T>(T value) -> value;
            case Change.Refused<T>(String why) -> throw new OperatorException(why, "");
        };
    }

    private static void add(Rows rows, Object row) {
        rows.add(ControlServer.JSON.valueToTree(row));
    }
}
