package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.keys.OperatorException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The commands below {@code outrider fleet} that change how one tracker stands. */
final class FleetStandingCommand {
    private FleetStandingCommand() {}

    @Command(
            name = "quarantine",
            description =
                    "Cuts a tracker off at once: its connection and session end, its certificate"
                            + " and password open nothing, until it is released.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider fleet quarantine acme.truck-7 --reason 'reported stolen'"
            })
    static final class Quarantine extends Standing {
        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
        private String reason = "";

        @Override
        public Integer call() throws OperatorException {
            return change(
                    "quarantine", Map.of("reason", reason), " is cut off until it is released.");
        }
    }

    @Command(
            name = "release",
            description = "Ends a quarantine: the tracker may come again, with what it had.",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider fleet release acme.truck-7"})
    static final class Release extends Standing {
        @Override
        public Integer call() throws OperatorException {
            return change("release", Map.of(), " may come again.");
        }
    }

    @Command(
            name = "revoke",
            description =
                    "Cuts a tracker off for good: its certificate is revoked, its password gone."
                            + " Only fleet remove, fleet add and a new enrolment lead back.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider fleet revoke acme.truck-7 --reason 'sold, key not wiped'"
            })
    static final class Revoke extends Standing {
        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
        private String reason = "";

        @Override
        public Integer call() throws OperatorException {
            return change("revoke", Map.of("reason", reason), " is cut off for good.");
        }
    }

    @Command(
            name = "password",
            description = {
                "Makes a password for a tracker, in place of any that it had, and prints it once.",
                "It is kept nowhere. Where policy does not allow passwords, none is made."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider policy allow acme.old-7 --method password",
                "  outrider fleet password acme.old-7",
                "  outrider fleet password acme.old-7 --remove"
            })
    static final class Password extends Standing {
        @Option(names = "--remove", description = "Take the password away instead.")
        private boolean remove;

        @Override
        public Integer call() throws OperatorException {
            if (remove) {
                return change("password", Map.of("remove", "true"), " has no password any more.");
            }
            JsonNode row = ask("password", Map.of());
            if (asking.asJson()) {
                asking.print(spec.commandLine().getOut(), row);
            } else {
                printPassword(spec, row);
            }
            return 0;
        }
    }

    /** Shown once: this is the only copy. */
    static void printPassword(CommandSpec spec, JsonNode row) {
        var out = spec.commandLine().getOut();
        out.println("user       " + row.path("user").asString());
        out.println("client id  " + row.path("user").asString());
        out.println("password   " + row.path("password").asString());
        out.println();
        out.println(
                "This is the only time that it is shown."
                        + (row.path("replaced").asBoolean(false)
                                ? " The one before opens nothing any more."
                                : ""));
        String note = row.path("note").asString("");
        if (!note.isEmpty()) {
            out.println("Note: " + note + ".");
        }
    }

    /** What the four have in common. */
    abstract static class Standing implements Callable<Integer> {
        @Spec CommandSpec spec = CommandSpec.create();
        @Mixin Asking asking = new Asking();

        @Parameters(paramLabel = "FLEET.TRACKER")
        private @Nullable String tracker;

        JsonNode ask(String verb, Map<String, String> more) throws OperatorException {
            var arguments = new HashMap<>(more);
            arguments.put("tracker", FleetCommand.trackerId(String.valueOf(tracker)));
            return asking.askOne(new Request("fleet " + verb, arguments));
        }

        int change(String verb, Map<String, String> more, String sentence)
                throws OperatorException {
            JsonNode row = ask(verb, more);
            asking.print(spec.commandLine().getOut(), row, tracker + sentence);
            return 0;
        }
    }
}
