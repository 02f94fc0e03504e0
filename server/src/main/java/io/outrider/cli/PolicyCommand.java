package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Who may do what, and by which rule. */
@Command(
        name = "policy",
        description = "Who may come in how, who may do what, and by which rule.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider policy explain acme.truck-7 publish o1/acme/truck-7/report --data DIR",
            "  outrider policy explain lake subscribe 'o1/+/+/report' --json --data DIR",
            "  outrider policy show acme --data DIR",
            "  outrider policy allow acme --method certificate,password --data DIR"
        })
final class PolicyCommand implements Runnable {
    private static final int DENIED = 1;

    @Spec private CommandSpec spec = CommandSpec.create();

    /** What {@code explain} is asked about. */
    enum Asked {
        PUBLISH,
        SUBSCRIBE
    }

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing: explain, show or allow");
    }

    @Command(
            name = "explain",
            description = {
                "Says whether a tracker or client may do this now, and by which rule.",
                "Exit status: 0 allowed, 1 not allowed, 2 wrong usage."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider policy explain acme.truck-7 publish o1/acme/truck-8/report",
                "  outrider policy explain lake publish site/door --qos 2 --retain",
                "  outrider policy explain lake subscribe '$share/workers/site/#'"
            })
    int explain(
            @Parameters(paramLabel = "TRACKER|CLIENT", description = "FLEET.TRACKER or a client.")
                    String name,
            @Parameters(paramLabel = "publish|subscribe") Asked asked,
            @Parameters(paramLabel = "TOPIC", description = "A topic, or a filter to subscribe to.")
                    String topic,
            @Option(
                            names = "--qos",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "0, 1 or 2 (default: ${DEFAULT-VALUE}).")
                    int qos,
            @Option(names = "--retain", description = "As a message that is to be retained.")
                    boolean retain,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        if (qos < 0 || qos > 2) {
            throw wrong("explain", "--qos is 0, 1 or 2, not " + qos);
        }
        if (retain && asked == Asked.SUBSCRIBE) {
            throw wrong("explain", "--retain goes with publish only");
        }
        JsonNode row =
                asking.askOne(
                        new Request(
                                "policy explain",
                                Map.of(
                                        "name",
                                        name,
                                        "operation",
                                        asked.name().toLowerCase(Locale.ROOT),
                                        "topic",
                                        topic,
                                        "qos",
                                        String.valueOf(qos),
                                        "retain",
                                        String.valueOf(retain))));
        boolean isAllowed = row.path("allowed").asBoolean(false);
        asking.print(out(), row, isAllowed ? allowed(row) : denied(row));
        return isAllowed ? 0 : DENIED;
    }

    private static String allowed(JsonNode row) {
        return "allowed\n  rule    " + row.path("rule").asString();
    }

    private static String denied(JsonNode row) {
        return "not allowed\n  rule    %s\n  reason  %s\n  code    %s %s"
                .formatted(
                        row.path("rule").asString(),
                        row.path("reason").asString(),
                        row.path("code").asString(),
                        row.path("codeName").asString());
    }

    @Command(
            name = "show",
            description = {
                "Shows the methods of each fleet, of trackers that have a policy of their own, and"
                        + " the rights of clients.",
                "A tracker's rights are always the same: its own topics, and nothing else."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider policy show",
                "  outrider policy show lake --json"
            })
    int show(
            @Parameters(paramLabel = "FLEET|TRACKER|CLIENT", arity = "0..1") @Nullable String name,
            @Mixin Asking asking)
            throws OperatorException {
        Map<String, String> arguments = name == null ? Map.of() : Map.of("name", name);
        PrintWriter out = out();
        List<JsonNode> rows = asking.ask(new Request("policy show", arguments));
        if (asking.asJson()) {
            rows.forEach(out::println);
            return 0;
        }
        rows.forEach(row -> printPolicy(out, row));
        LegacyNote.print(out, rows);
        return 0;
    }

    private static void printPolicy(PrintWriter out, JsonNode row) {
        for (String kind : List.of("fleet", "tracker", "client")) {
            if (row.has(kind)) {
                out.printf(
                        "%-8s %-32s %s (%s)%s%n",
                        kind,
                        row.path(kind).asString(),
                        Asking.words(row.path("methods")),
                        row.path("methodsFrom").asString(),
                        row.path("standing").asString("active").equals("active")
                                ? ""
                                : ", " + row.path("standing").asString());
            }
        }
        row.path("grants").forEach(grant -> out.println("         " + grant.asString()));
        row.path("reachesTrackers")
                .forEach(reach -> out.println("         REACHES FLEETS: " + reach.asString()));
    }

    @Command(
            name = "allow",
            description = {
                "Says by which methods a fleet's trackers, one tracker or a client may prove"
                        + " themselves. A tracker's own policy takes the place of its fleet's.",
                "Where nothing is said: certificate only."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider policy allow acme --method certificate,token",
                "  outrider policy allow acme.old-7 --method password",
                "  outrider policy allow acme.old-7 --default"
            })
    int allow(
            @Parameters(paramLabel = "FLEET|TRACKER|CLIENT") String name,
            @Option(
                            names = "--method",
                            paramLabel = "METHOD",
                            split = ",",
                            description = "One or more of " + Answers.METHODS + ".")
                    @Nullable List<String> methods,
            @Option(names = "--default", description = "Take back what was said.")
                    boolean isDefault,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        if (isDefault == (methods != null)) {
            throw wrong("allow", "Give either --method or --default");
        }
        var arguments = new HashMap<>(Map.of("name", name));
        if (methods != null) {
            Answers.methods(String.join(",", methods));
            arguments.put("methods", String.join(",", methods));
        }
        JsonNode row = asking.askOne(new Request("policy allow", arguments));
        asking.print(
                out(),
                row,
                "%s may come by %s (%s)."
                        .formatted(
                                name,
                                Asking.words(row.path("methods")),
                                row.path("methodsFrom").asString()));
        return 0;
    }

    /** Told with how that command is used. */
    private ParameterException wrong(String command, String why) {
        return new ParameterException(spec.subcommands().get(command), why);
    }

    private static void requireName(String name) throws OperatorException {
        if (TrackerId.parse(name).isEmpty() && !TrackerId.isName(name)) {
            throw new OperatorException(
                    "'" + name + "' can be neither a tracker nor a fleet or client",
                    "Write FLEET.TRACKER or one name: a to z, 0 to 9 and -, at most 32 each.");
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
