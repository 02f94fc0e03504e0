package io.outrider.tracker;

import io.outrider.topic.TrackerId;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The vehicle's side on the command line. Exit status 0: done; 1: stopped before everything was
 * acknowledged; 2: something to be mended first, which the message names.
 */
@Command(
        name = "tracker",
        description = "The vehicle's side: enrol it once, then run it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  outrider tracker enrol outrider1.iAFp... --state truck-7",
            "  outrider tracker run --state truck-7 --nmea - < /dev/ttyACM0",
            "  outrider tracker run --state truck-7 --nmea drive.log --pace 10 --now"
        })
public final class TrackerCommand implements Runnable {
    static final int DONE = 0;
    static final int UNFINISHED = 1;
    static final int PROBLEM = 2;

    private @Nullable CommandSpec spec;

    @Spec
    void spec(CommandSpec given) {
        spec = given;
    }

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        CommandLine self = self();
        throw new CommandLine.ParameterException(self, "Missing: enrol or run");
    }

    @Command(
            description = "Exchange a one-time token for a certificate. The key is made here.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The token comes from 'outrider fleet add FLEET.TRACKER' on the server.",
                "Example:",
                "  outrider tracker enrol outrider1.iAFp... --state truck-7"
            })
    int enrol(
            @Parameters(paramLabel = "TOKEN", description = "as fleet add printed it") String token,
            @Option(
                            names = "--state",
                            required = true,
                            paramLabel = "DIR",
                            description = "where this tracker shall keep its key; made by this")
                    Path state)
            throws InterruptedException {
        try {
            TrackerId id =
                    new Enrolment(InstantSource.system(), new SecureRandom()).enrol(token, state);
            self().getOut().printf("Enrolled %s in %s%n", id, state);
            self().getOut()
                    .printf("Run it with: outrider tracker run --state %s --nmea FILE%n", state);
            self().getOut().flush();
            return DONE;
        } catch (TrackerProblem e) {
            return problem(e);
        }
    }

    @Command(
            name = "run",
            description = "Read NMEA 0183, journal, seal and send until all is acknowledged.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Positions keep the times that the receiver gave. Of a live receiver (-) a date",
                "before this program's build is refused, of a file one before 2000.",
                "Examples:",
                "  outrider tracker run --state truck-7 --nmea - < /dev/ttyACM0",
                "  outrider tracker run --state truck-7 --nmea drive.log --json",
                "  outrider tracker run --state truck-7 --nmea drive.log --pace 10 --now"
            })
    int runTracker(
            @Option(
                            names = "--state",
                            required = true,
                            paramLabel = "DIR",
                            description = "of an enrolled tracker")
                    Path state,
            @Option(
                            names = "--nmea",
                            required = true,
                            paramLabel = "FILE|-",
                            description = "a log, or - for a receiver on the standard input")
                    String nmea,
            @Option(
                            names = "--pace",
                            paramLabel = "real|fast|N",
                            description =
                                    "of a FILE: as it was, without waiting, or N times faster"
                                            + " (default: fast; with --now: real)")
                    @Nullable String pace,
            @Option(names = "--now", description = "shift times so that the first position is now")
                    boolean now,
            @Option(
                            names = "--batch",
                            paramLabel = "N",
                            defaultValue = "60",
                            description = "positions in one report at most, 1 to 512 (60)")
                    int batch,
            @Option(
                            names = "--hold",
                            paramLabel = "SECONDS",
                            defaultValue = "0",
                            description = "how long one may wait for others in its report (0)")
                    int holdSeconds,
            @Option(names = "--json", description = "print the summary as one JSON object")
                    boolean json)
            throws InterruptedException {
        try {
            if (batch < 1 || batch > 512 || holdSeconds < 0 || holdSeconds > 86_400) {
                throw new TrackerProblem("--batch is 1 to 512, --hold 0 to 86400 seconds.");
            }
            var options = TrackerOptions.DEFAULT.withBatch(batch, Duration.ofSeconds(holdSeconds));
            PrintWriter out = self().getOut();
            PrintWriter err = self().getErr();
            return new TrackerRun(InstantSource.system(), out, err, json)
                    .run(state, nmea, pace, now, options);
        } catch (TrackerProblem e) {
            return problem(e);
        }
    }

    private int problem(TrackerProblem problem) {
        String message = String.valueOf(problem.getMessage()).replace("\n", "\n  ");
        self().getErr().println("outrider: " + message);
        self().getErr().flush();
        return PROBLEM;
    }

    private CommandLine self() {
        return Objects.requireNonNull(spec).commandLine();
    }
}
