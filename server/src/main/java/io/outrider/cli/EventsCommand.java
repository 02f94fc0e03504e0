package io.outrider.cli;

import io.outrider.keys.OperatorException;
import io.outrider.watch.EventKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** What happened at the gate, and what happens now. */
@Command(
        name = "events",
        description =
                "What happened at the gate of the running server: who came in, who was refused and"
                        + " why, which limits were reached. Shows the last "
                        + EventsCommand.RECENT
                        + " of each kind.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Kinds: handshake-failed, refused, connected, disconnected, subscribed, published,",
            "  denied, limited, withheld",
            "",
            "Examples:",
            "  outrider events                                  the last of each kind",
            "  outrider events --follow                         and what comes, until Ctrl-C",
            "  outrider events --kind refused,denied --follow   only these",
            "  outrider events --json | jq .rule                one JSON object a line"
        })
final class EventsCommand implements Callable<Integer> {
    static final int RECENT = 250;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ServerOptions server = new ServerOptions();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C or until the server stops.")
    private boolean follow;

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            converter = KindConverter.class,
            description = "Only these; all of them where none is named.")
    private List<EventKind> kinds = new ArrayList<>();

    /** By the names that the log has. */
    static final class KindConverter implements ITypeConverter<EventKind> {
        @Override
        public EventKind convert(String value) {
            return EventKind.labelled(value)
                    .orElseThrow(() ->
                            new TypeConversionException(
                                    "'"
                                            + value
                                            + "' is none of "
                                            + Arrays.stream(EventKind.values())
                                                    .map(EventKind::label)
                                                    .collect(Collectors.joining(", "))));
        }
    }

    @Override
    public Integer call() throws OperatorException {
        PrintWriter out = spec.commandLine().getOut();
        DataDirectory directory = DataDirectory.existing(server.data());
        ControlClient running =
                ControlClient.find(directory.socket())
                        .orElseThrow(() ->
                                new OperatorException(
                                        "no server runs in " + directory.path(),
                                        "Events are those of a running server: ./outrider serve"));
        var arguments = new HashMap<String, String>();
        arguments.put(
                "kinds", kinds.stream().map(EventKind::label).collect(Collectors.joining(",")));
        if (follow) {
            arguments.put("follow", "true");
        }
        try {
            running.perform(new Operations.Request("events", arguments), row -> print(out, row));
        } catch (UncheckedIOException e) {
            return 0; // whoever read our output has seen enough, as head does
        }
        if (follow) {
            spec.commandLine().getErr().println("outrider: the server has stopped");
        }
        return 0;
    }

    private void print(PrintWriter out, JsonNode row) {
        out.println(
                json
                        ? row.toString()
                        : "%s  %-16s  %s"
                                .formatted(
                                        row.path("time").asString(""),
                                        row.path("event").asString(""),
                                        row.path("message").asString("")));
        if (out.checkError()) {
            throw new UncheckedIOException(new IOException("nobody reads"));
        }
    }
}
