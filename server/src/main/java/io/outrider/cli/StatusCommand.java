package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Counts everything that came in: what was stored, what was not and why, and what is missing. */
@Command(
        name = "status",
        description =
                "Counts what was accepted, duplicate, late or refused (by reason), and what is missing.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider status --data DIR",
            "  outrider status --json --data DIR"
        })
final class StatusCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ServerOptions server = new ServerOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws OperatorException {
        PrintWriter out = spec.commandLine().getOut();
        server.ask(
                new Operations.Request("status", Map.of()),
                row -> {
                    if (json) {
                        out.println(row);
                    } else {
                        print(out, "", row);
                    }
                });
        return 0;
    }

    private static void print(PrintWriter out, String indent, JsonNode node) {
        node.properties()
                .forEach(field -> {
                    JsonNode value = field.getValue();
                    if (value.isContainer()) {
                        out.println(indent + field.getKey() + (value.isEmpty() ? "  none" : ""));
                        value.valueStream()
                                .filter(entry -> value.isArray())
                                .forEach(entry -> out.println(indent + "  " + line(entry)));
                        if (value.isObject()) {
                            print(out, indent + "  ", value);
                        }
                    } else {
                        out.printf("%s%-24s %s%n", indent, field.getKey(), value.asString(""));
                    }
                });
    }

    private static String line(JsonNode entry) {
        if (!entry.isObject()) {
            return entry.asString("");
        }
        var line = new StringBuilder();
        entry.properties()
                .forEach(field ->
                        line.append(field.getKey())
                                .append(' ')
                                .append(field.getValue().asString(""))
                                .append("  "));
        return line.toString().stripTrailing();
    }
}
