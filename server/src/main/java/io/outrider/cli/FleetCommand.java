package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The server's side of fleets and trackers. */
@Command(
        name = "fleet",
        description =
                "Fleets and their trackers, on the server's side. Works while the server runs, and"
                        + " without.",
        mixinStandardHelpOptions = true,
        subcommands = {
            FleetStandingCommand.Quarantine.class,
            FleetStandingCommand.Release.class,
            FleetStandingCommand.Revoke.class,
            FleetStandingCommand.Password.class
        },
        footer = {
            "",
            "Examples:",
            "  outrider fleet create acme --data DIR",
            "  outrider fleet add acme.truck-7 --data DIR",
            "  outrider fleet list --json --data DIR",
            "  outrider fleet quarantine acme.truck-7 --reason 'reported stolen' --data DIR",
            "  outrider fleet release acme.truck-7 --data DIR",
            "  outrider fleet revoke acme.truck-7 --data DIR"
        })
final class FleetCommand implements Runnable {
    private static final String JSON = "Print JSON, one object a line.";

    @Spec private CommandSpec spec = CommandSpec.create();

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing: create, add, list, show, remove, quarantine, release, revoke or"
                        + " password");
    }

    @Command(name = "create", description = "Creates a fleet.", mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "FLEET", description = "a-z, 0-9 and -, at most 32.")
                    String fleet,
            @Mixin ServerOptions where,
            @Option(names = "--json", description = JSON) boolean asJson)
            throws OperatorException {
        for (JsonNode row : ask(where, new Request("fleet create", Map.of("fleet", name(fleet))))) {
            print(
                    asJson,
                    row,
                    "Fleet "
                            + fleet
                            + " created. Next: ./outrider fleet add "
                            + fleet
                            + ".TRACKER");
        }
        return 0;
    }

    @Command(
            name = "add",
            description = "Adds a tracker and prints its one-time enrolment token (7 days).",
            mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "FLEET.TRACKER") String tracker,
            @Mixin ServerOptions where,
            @Option(names = "--json", description = JSON) boolean asJson)
            throws OperatorException {
        for (JsonNode row :
                ask(where, new Request("fleet add", Map.of("tracker", trackerId(tracker))))) {
            print(
                    asJson,
                    row,
                    tracker
                            + " added. In the vehicle, once, before "
                            + row.path("expires").asString()
                            + ":\n\n  ./outrider tracker enrol "
                            + row.path("token").asString()
                            + " --state DIR\n");
        }
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists fleets and trackers.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin ServerOptions where,
            @Option(names = "--json", description = JSON) boolean asJson)
            throws OperatorException {
        List<JsonNode> rows = ask(where, new Request("fleet list", Map.of()));
        if (asJson) {
            rows.forEach(row -> out().println(row));
            return 0;
        }
        if (rows.isEmpty()) {
            out().println("No fleet yet. Create one: ./outrider fleet create FLEET");
        }
        for (JsonNode row : rows) {
            out().println(summary(row));
        }
        LegacyNote.print(out(), rows);
        return 0;
    }

    @Command(name = "show", description = "Shows one tracker.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "FLEET.TRACKER") String tracker, @Mixin Asking asking)
            throws OperatorException {
        for (JsonNode row :
                asking.ask(new Request("fleet show", Map.of("tracker", trackerId(tracker))))) {
            asking.print(out(), row);
        }
        return 0;
    }

    @Command(
            name = "remove",
            description =
                    "Removes a tracker: its connection ends, its certificate no longer opens the"
                            + " door.",
            mixinStandardHelpOptions = true)
    int remove(
            @Parameters(paramLabel = "FLEET.TRACKER") String tracker,
            @Mixin ServerOptions where,
            @Option(names = "--json", description = JSON) boolean asJson)
            throws OperatorException {
        for (JsonNode row :
                ask(where, new Request("fleet remove", Map.of("tracker", trackerId(tracker))))) {
            print(asJson, row, tracker + " removed. What it sent before stays stored.");
        }
        return 0;
    }

    private static String summary(JsonNode row) {
        if (!row.has("tracker")) {
            return row.path("fleet").asString();
        }
        String standing = row.path("standing").asString("active");
        return "  %-40s %s%s"
                .formatted(
                        row.path("tracker").asString(),
                        row.path("state").asString(),
                        standing.equals("active") ? "" : ", " + standing);
    }

    private void print(boolean asJson, JsonNode row, String sentence) {
        out().println(asJson ? row.toString() : sentence);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static List<JsonNode> ask(ServerOptions where, Request request)
            throws OperatorException {
        var rows = new ArrayList<JsonNode>();
        where.ask(request, rows::add);
        return rows;
    }

    private static String name(String fleet) throws OperatorException {
        if (!TrackerId.isName(fleet)) {
            throw new OperatorException(
                    "'" + fleet + "' cannot be a fleet's name",
                    "Use a to z, 0 to 9 and -, at most 32 of them.");
        }
        return fleet;
    }

    static String trackerId(String text) throws OperatorException {
        return TrackerId.parse(text)
                .orElseThrow(() ->
                        new OperatorException(
                                "'" + text + "' is not of the form FLEET.TRACKER",
                                "Each part: a to z, 0 to 9 and -, at most 32 of them."))
                .toString();
    }
}
