package io.outrider.cli;

import io.outrider.authority.Invitation;
import io.outrider.cli.Operations.Request;
import io.outrider.cli.Operations.Rows;
import io.outrider.credential.Password;
import io.outrider.fleet.Change;
import io.outrider.fleet.Fleet;
import io.outrider.fleet.Method;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.keys.OperatorException;
import io.outrider.store.MissingRun;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The verbs of {@code outrider fleet}. */
final class FleetOperations {
    private final Backend backend;
    private final Registry registry;
    private final Config config;
    private final SecureRandom random = new SecureRandom();

    FleetOperations(Backend backend, Config config) {
        this.backend = backend;
        this.registry = backend.registry();
        this.config = config;
    }

    void perform(Request request, Rows rows) throws SQLException, OperatorException {
        switch (request.verb()) {
            case "fleet create" -> create(request.argument("fleet"), rows);
            case "fleet add" -> add(request.argument("tracker"), rows);
            case "fleet list" -> list(rows);
            case "fleet show" -> show(request.argument("tracker"), rows);
            case "fleet remove" -> remove(request.argument("tracker"), rows);
            case "fleet quarantine" ->
                    stand(
                            request,
                            name -> registry.quarantine(name, request.argument("reason")),
                            rows);
            case "fleet release" -> stand(request, registry::release, rows);
            case "fleet revoke" ->
                    stand(request, name -> registry.revoke(name, request.argument("reason")), rows);
            case "fleet password" -> password(request, rows);
            default -> throw Answers.unknown(request);
        }
    }

    private void create(String name, Rows rows) throws SQLException, OperatorException {
        Fleet fleet = Answers.made(registry.createFleet(name));
        Answers.add(rows, Map.of("fleet", fleet.name()));
    }

    private void add(String name, Rows rows) throws SQLException, OperatorException {
        Invitation invitation =
                Answers.made(
                        backend.authority()
                                .invite(name, config.enrolment().port(), config.mqtt().port()));
        var row = new LinkedHashMap<String, Object>();
        row.put("tracker", invitation.tracker().id().toString());
        if (invitation.tracker().state() instanceof Tracker.Invited(Instant expires)) {
            row.put("expires", expires.toString());
        }
        row.put("token", invitation.token());
        Answers.add(rows, row);
    }

    private void list(Rows rows) {
        for (Fleet fleet : registry.fleets()) {
            var row = new LinkedHashMap<String, Object>();
            row.put("fleet", fleet.name());
            Answers.put(row, fleet.methods());
            LegacyNote.put(row, config);
            Answers.add(rows, row);
            for (Tracker tracker : registry.trackers()) {
                if (tracker.id().fleet().equals(fleet.name())) {
                    Answers.add(rows, describe(tracker));
                }
            }
        }
    }

    private void show(String name, Rows rows) throws OperatorException {
        Tracker tracker = Answers.made(registry.show(name));
        Map<String, Object> row = describe(tracker);
        row.put("hasPassword", registry.storedPassword(name).isPresent());
        backend.store()
                .latest(tracker.enrolment())
                .ifPresent(latest -> {
                    row.put("latest", latest.position().time().toString());
                    row.put("latestReceived", latest.receivedAt().toString());
                });
        List<MissingRun> missing =
                backend.store().missing(tracker.enrolment(), ReportOperations.MISSING_RUNS_MAX);
        row.put("missing", missing.stream().mapToLong(MissingRun::count).sum());
        Answers.add(rows, row);
    }

    private void remove(String name, Rows rows) throws SQLException, OperatorException {
        Tracker tracker = Answers.made(registry.remove(name));
        Answers.add(rows, Map.of("tracker", tracker.id().toString(), "removed", true));
    }

    /** A change of how the tracker of this name stands. */
    private interface Standing {
        Change<Tracker> change(String name) throws SQLException, OperatorException;
    }

    private void stand(Request request, Standing standing, Rows rows) throws OperatorException {
        String name = request.argument("tracker");
        Tracker tracker;
        try {
            tracker = Answers.made(standing.change(name));
        } catch (SQLException e) {
            throw new OperatorException(
                    "%s stands as before: the database failed (%s)".formatted(name, e.getMessage()),
                    "Look at the disk and the server's log. Until that is mended, stopping the"
                            + " server is what keeps a tracker out.",
                    e);
        }
        requireKept(tracker);
        var row = new LinkedHashMap<String, Object>();
        row.put("tracker", tracker.id().toString());
        put(row, tracker.stand());
        Answers.add(rows, row);
    }

    /** SQLite writes to a spoilt file all the same, and the command would say that all is well. */
    private void requireKept(Tracker tracker) throws OperatorException {
        Optional<String> trouble = registry.trouble();
        if (trouble.isPresent()) {
            throw new OperatorException(
                    "%s is %s while this server runs, but the next start may not know it: %s"
                            .formatted(
                                    tracker.id(),
                                    Answers.word(tracker.stand().standing()),
                                    trouble.get()),
                    "Restore fleet.db, start the server again, and give this command once more.");
        }
    }

    private void password(Request request, Rows rows) throws SQLException, OperatorException {
        Tracker tracker = Answers.made(registry.show(request.argument("tracker")));
        String name = tracker.id().toString();
        if (request.arguments().containsKey("remove")) {
            Answers.made(registry.removePassword(name));
            Answers.add(rows, Map.of("tracker", name, "hasPassword", false));
            return;
        }
        var row = new LinkedHashMap<String, Object>();
        row.put("tracker", name);
        row.putAll(newPassword(registry, config, name, random));
        Answers.add(rows, row);
    }

    /** Makes a password, keeps what tells nobody what it is, and gives the row that shows it. */
    static Map<String, Object> newPassword(
            Registry registry, Config config, String name, SecureRandom random)
            throws SQLException, OperatorException {
        boolean isAllowed =
                registry.methodsOf(name)
                        .filter(policy -> policy.methods().contains(Method.PASSWORD))
                        .isPresent();
        if (!isAllowed) {
            throw new OperatorException(
                    "policy does not allow " + name + " to come by password",
                    "Allow it first: ./outrider policy allow "
                            + name
                            + " --method certificate,password");
        }
        var row = new LinkedHashMap<String, Object>();
        row.put("replaced", registry.storedPassword(name).isPresent());
        try (Password password = Password.generate(random)) {
            Answers.made(registry.setPassword(name, password.stored().text()));
            row.put("user", name);
            row.put("password", password.exposeTo(text -> text));
        }
        if (config.mqttCredentials().isEmpty()) {
            row.put("note", "no listener takes passwords and tokens: see mqtt-credentials");
        }
        return row;
    }

    private Map<String, Object> describe(Tracker tracker) {
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
        put(row, tracker.stand());
        Answers.put(row, tracker.methods());
        LegacyNote.put(row, config);
        return row;
    }

    private static void put(Map<String, Object> row, Tracker.Stand stand) {
        row.put("standing", Answers.word(stand.standing()));
        row.put("standingSince", stand.since().toString());
        if (!stand.reason().isEmpty()) {
            row.put("reason", stand.reason());
        }
    }
}
