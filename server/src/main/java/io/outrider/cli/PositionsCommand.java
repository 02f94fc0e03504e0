package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what one tracker sent, in the order of the receiver's time. */
@Command(
        name = "positions",
        description =
                "Prints the stored positions of a tracker, ordered by the receiver's time, in UTC.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider positions acme.truck-7 --data DIR",
            "  outrider positions acme.truck-7 --from 2026-11-01 --to 2026-11-02T06:00:00Z --format geojson --data DIR"
        })
final class PositionsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "FLEET.TRACKER", description = "Which tracker.")
    private String tracker = "";

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "The first moment, a day or an instant in UTC.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "The first moment that is left out.")
    private @Nullable String to;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "table")
    private PositionFormat format = PositionFormat.TABLE;

    @Override
    public Integer call() throws OperatorException {
        var arguments = new HashMap<String, String>();
        arguments.put("tracker", FleetCommand.trackerId(tracker));
        if (from != null) {
            arguments.put("from", instant("--from", from).toString());
        }
        if (to != null) {
            arguments.put("to", instant("--to", to).toString());
        }
        PositionFormat.Printer printer = format.printer(spec.commandLine().getOut());
        server.ask(new Operations.Request("positions", arguments), printer::print);
        printer.end();
        return 0;
    }

    private static Instant instant(String option, String text) throws OperatorException {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new OperatorException(
                    option + " '" + text + "' is no time",
                    "Write a day (2026-11-22) or an instant in UTC (2026-11-22T10:15:30Z).",
                    e);
        }
    }
}
