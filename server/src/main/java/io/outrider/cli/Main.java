package io.outrider.cli;

import io.outrider.keys.OperatorException;
import io.outrider.tracker.TrackerCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code outrider}. */
@Command(
        name = "outrider",
        description =
                "Escorts a fleet's positions from the vehicle to the people who may see them.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            ServeCommand.class,
            FleetCommand.class,
            ClientCommand.class,
            PolicyCommand.class,
            TokenCommand.class,
            PositionsCommand.class,
            StatusCommand.class,
            EventsCommand.class,
            MetricsCommand.class,
            TrackerCommand.class,
            DemoCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  outrider demo                              a server, 25 vehicles and a map, to look"
                    + " at",
            "  outrider serve --data /var/lib/outrider    the server",
            "  outrider fleet create acme                 a fleet",
            "  outrider fleet add acme.truck-7            a tracker in it: prints a one-time token",
            "  outrider tracker enrol TOKEN --state DIR   in the vehicle",
            "  outrider tracker run --state DIR --nmea -  in the vehicle, receiver on standard"
                    + " input",
            "  outrider positions acme.truck-7            what arrived",
            "  outrider client add lake --may-subscribe 'site/#'",
            "                                             somebody who is no tracker",
            "  outrider policy explain lake publish site/door",
            "                                             who may do what, and why"
        })
public final class Main implements Runnable {
    /** What went wrong is the operator's to put right. */
    static final int EXIT_OPERATOR = 2;

    private static final int ARGUMENT_CHARS_MAX = 4_096;

    /** What Java makes of bytes that are no text in the locale's encoding. */
    private static final char UNDECODED = '\uFFFD';

    @Spec private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /** Without a command there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing: a command");
    }

    /** Runs one command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(
                run(
                        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments));
    }

    /**
     * Runs one command; the exit status is 0, 1 (it ran and its outcome is bad) or 2 (it could not
     * run).
     */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Optional<OperatorException> unreadable = unreadable(arguments);
        if (unreadable.isPresent()) {
            return tell(err, unreadable.get());
        }
        return new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((thrown, command, _) -> {
                    if (thrown instanceof OperatorException e) {
                        return tell(command.getErr(), e);
                    }
                    throw thrown; // ours: loud, with its stack
                })
                .execute(arguments);
    }

    private static int tell(PrintWriter err, OperatorException e) {
        err.println("outrider: " + e.getMessage());
        if (!e.hint().isEmpty()) {
            err.println("  " + e.hint());
        }
        return EXIT_OPERATOR;
    }

    /** Looked at before anything is repeated in an error, or kept as a name or a filter. */
    private static Optional<OperatorException> unreadable(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].length() > ARGUMENT_CHARS_MAX) {
                return Optional.of(
                        new OperatorException(
                                "argument %d has %d characters; %d are the most"
                                        .formatted(
                                                i + 1, arguments[i].length(), ARGUMENT_CHARS_MAX),
                                "--help says what is expected there."));
            }
            if (arguments[i].indexOf(UNDECODED) >= 0) {
                return Optional.of(
                        new OperatorException(
                                "argument %d ('%s') is no text that can be read"
                                        .formatted(i + 1, arguments[i]),
                                "Write it in ASCII, or in UTF-8 where the locale says so:"
                                        + " export LC_ALL=C.UTF-8"));
            }
        }
        return Optional.empty();
    }

    /** The version of the build. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"outrider " + text()};
        }

        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(unpackaged build)" : version;
        }
    }
}
