package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.cli.Operations.Rows;
import io.outrider.fleet.Client;
import io.outrider.fleet.Fleet;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.MethodPolicy;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.gate.Decision;
import io.outrider.gate.Gate;
import io.outrider.gate.Identity;
import io.outrider.gate.PublishRequest;
import io.outrider.gate.SubscribeRequest;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The verbs of {@code outrider policy}. */
final class PolicyOperations {
    private final Registry registry;
    private final Gate gate;
    private final Config config;

    /**
     * @param gate which decides, or one that decides alike
     */
    PolicyOperations(Registry registry, Gate gate, Config config) {
        this.registry = registry;
        this.gate = gate;
        this.config = config;
    }

    void perform(Request request, Rows rows) throws SQLException, OperatorException {
        switch (request.verb()) {
            case "policy explain" -> explain(request, rows);
            case "policy show" -> show(Optional.ofNullable(request.arguments().get("name")), rows);
            case "policy allow" -> allow(request, rows);
            default -> throw Answers.unknown(request);
        }
    }

    private void explain(Request request, Rows rows) throws OperatorException {
        String name = request.argument("name");
        String operation = request.argument("operation");
        String topic = request.argument("topic");
        int qos = qos(request.argument("qos"));
        Optional<Identity> identity = identity(name);
        Decision decision =
                identity.isEmpty()
                        ? nobody(name)
                        : operation.equals("publish")
                                ? gate.publish(
                                        identity.get(),
                                        new PublishRequest(
                                                topic,
                                                qos,
                                                Boolean.parseBoolean(request.argument("retain")),
                                                Optional.empty(),
                                                0,
                                                0))
                                : gate.subscribe(identity.get(), new SubscribeRequest(topic, qos));
        Answers.add(rows, row(name, operation, topic, decision));
    }

    private static int qos(String text) throws OperatorException {
        return switch (text) {
            case "0" -> 0;
            case "1" -> 1;
            case "2" -> 2;
            default -> throw new OperatorException("'" + text + "' is no QoS", "Write 0, 1 or 2.");
        };
    }

    /** As which the gate would let this one in now, by the first method that it can use. */
    private Optional<Identity> identity(String name) {
        return usableMethods(name)
                .flatMap(methods -> methods.stream().sorted().findFirst())
                .flatMap(method ->
                        TrackerId.parse(name)
                                .map(id ->
                                        registry.find(id)
                                                .<Identity>map(tracker ->
                                                        new Identity.OfTracker(
                                                                id,
                                                                tracker.enrolment(),
                                                                method,
                                                                Instant.MAX)))
                                .orElseGet(() ->
                                        registry.client(name)
                                                .map(client ->
                                                        new Identity.OfClient(
                                                                name,
                                                                client.number(),
                                                                method,
                                                                Instant.MAX,
                                                                Optional.empty()))));
    }

    /** The methods that policy allows and for which there is something; empty for nobody. */
    private Optional<Set<Method>> usableMethods(String name) {
        Optional<TrackerId> id = TrackerId.parse(name);
        Optional<Boolean> hasKey =
                id.isPresent()
                        ? registry.find(id.get())
                                .map(tracker -> tracker.state() instanceof Tracker.Enrolled)
                        : registry.client(name).map(client -> client.certificate().isPresent());
        if (hasKey.isEmpty()) {
            return Optional.empty();
        }
        Set<Method> usable = EnumSet.noneOf(Method.class);
        usable.addAll(registry.methodsOf(name).map(MethodPolicy::methods).orElse(Set.of()));
        // An authority of the operator answers for names whose keys were never registered here.
        if (!hasKey.get() && config.trust().accepted().isEmpty()) {
            usable.remove(Method.CERTIFICATE);
        }
        if (registry.storedPassword(name).isEmpty()) {
            usable.remove(Method.PASSWORD);
        }
        return Optional.of(usable);
    }

    private Decision nobody(String name) {
        String reason =
                usableMethods(name).isPresent()
                        ? name + " has nothing yet to prove itself with"
                        : "there is no tracker or client " + name;
        return new Decision.Deny(io.outrider.gate.ReasonCode.NOT_AUTHORIZED, reason, "directory");
    }

    private static Map<String, Object> row(
            String name, String operation, String topic, Decision decision) {
        var row = new LinkedHashMap<String, Object>();
        row.put("name", name);
        row.put("operation", operation);
        row.put("topic", topic);
        row.put("allowed", decision instanceof Decision.Allow);
        row.put("rule", decision.rule());
        if (decision instanceof Decision.Deny(var code, String reason, _)) {
            row.put("code", "0x%02X".formatted(code.code()));
            row.put("codeName", Answers.word(code));
            row.put("reason", reason);
        }
        return row;
    }

    private void show(Optional<String> name, Rows rows) throws OperatorException {
        boolean isAnybody = false;
        for (Fleet fleet : registry.fleets()) {
            if (name.isEmpty() || name.get().equals(fleet.name())) {
                isAnybody = true;
                Answers.add(rows, describe("fleet", fleet.name(), fleet.methods()));
            }
        }
        for (Tracker tracker : registry.trackers()) {
            String itsName = tracker.id().toString();
            boolean isOwn = tracker.methods().from() == MethodPolicy.Source.TRACKER;
            boolean isWanted =
                    name.map(n -> n.equals(itsName) || (isOwn && n.equals(tracker.id().fleet())))
                            .orElse(isOwn);
            if (isWanted) {
                isAnybody = true;
                var row = describe("tracker", itsName, tracker.methods());
                row.put("standing", Answers.word(tracker.standing()));
                Answers.add(rows, row);
            }
        }
        for (Client client : registry.clients()) {
            if (name.isEmpty() || name.get().equals(client.name())) {
                isAnybody = true;
                var row = describe("client", client.name(), client.methods());
                row.put("grants", client.grants().stream().map(Grant::toString).toList());
                row.put("reachesTrackers", reaches(client));
                Answers.add(rows, row);
            }
        }
        if (name.isPresent() && !isAnybody) {
            throw new OperatorException(
                    "there is no fleet, tracker or client " + name.get(),
                    "List them: ./outrider fleet list, ./outrider client list");
        }
    }

    static List<String> reaches(Client client) {
        return Reach.of(client.grants()).stream().map(Reach::toString).toList();
    }

    private Map<String, Object> describe(String kind, String name, MethodPolicy policy) {
        var row = new LinkedHashMap<String, Object>();
        row.put(kind, name);
        Answers.put(row, policy);
        LegacyNote.put(row, config);
        return row;
    }

    private void allow(Request request, Rows rows) throws SQLException, OperatorException {
        String name = request.argument("name");
        Optional<String> methods = Optional.ofNullable(request.arguments().get("methods"));
        MethodPolicy policy =
                Answers.made(
                        methods.isPresent()
                                ? registry.setMethods(name, Answers.methods(methods.get()))
                                : registry.clearMethods(name));
        var row = describe("name", name, policy);
        boolean wantsListener =
                policy.methods().contains(Method.PASSWORD)
                        || policy.methods().contains(Method.TOKEN);
        if (wantsListener && config.mqttCredentials().isEmpty()) {
            row.put("note", "no listener takes passwords and tokens: see mqtt-credentials");
        }
        Answers.add(rows, row);
    }
}
