package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.fleet.Method;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whoever uses the broker and is no tracker. */
@Command(
        name = "client",
        description =
                "Clients: operators' tools, dashboards, data lakes. Each has credentials of its own"
                        + " and exactly the rights that it was given.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider client add gate-3 --may-subscribe 'site/+/door' --may-publish site/3/door",
            "  outrider client add viewer --may-subscribe 'site/#' --method password",
            "  outrider client grant viewer --may-publish site/light",
            "  outrider client list --json",
            "  outrider client remove viewer"
        })
final class ClientCommand implements Runnable {
    private static final String NAME = "a-z, 0-9 and -, at most 32; no fleet's name.";

    @Spec private CommandSpec spec = CommandSpec.create();

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing: add, list, show, grant, ungrant, remove, renew or password");
    }

    @Command(
            name = "add",
            description = {
                "Adds a client. By default it gets a key, made here and never sent anywhere, and a"
                        + " certificate for it: NAME.key, NAME.pem and ca.pem.",
                "With --method password a password is made and printed once."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider client add gate-3 --may-publish site/3/door --out /etc/gate-3",
                "  outrider client add viewer --may-subscribe 'site/#' --method password",
                "  outrider client add lake --may-subscribe 'o1/+/+/report' --reaches-trackers"
            })
    int add(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Mixin Rights rights,
            @Option(
                            names = "--method",
                            paramLabel = "METHOD",
                            split = ",",
                            defaultValue = "certificate",
                            description =
                                    "One or more of "
                                            + Answers.METHODS
                                            + " (default: ${DEFAULT-VALUE}).")
                    List<String> methodWords,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            defaultValue = ".",
                            description = "Where the files go (default: here).")
                    Path out,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        Set<Method> methods = Answers.methods(String.join(",", methodWords));
        var arguments = rights.arguments(spec, name);
        arguments.put("methods", String.join(",", Answers.words(methods)));
        Optional<ClientFiles> files =
                methods.contains(Method.CERTIFICATE)
                        ? Optional.of(ClientFiles.create(out, name))
                        : Optional.empty();
        files.ifPresent(its -> arguments.put("request", its.request()));
        JsonNode row = askOrDiscard(asking, new Request("client add", arguments), files);
        List<Path> written =
                files.isPresent()
                        ? files.get().write(certificate(row), authority(row))
                        : List.of(ClientFiles.writeAuthority(out, name, authority(row)));
        print(asking, withFiles(row, written), name + " added.");
        return 0;
    }

    @Command(
            name = "renew",
            description = {
                "Gets a new certificate: for DIR/NAME.key where that is, or else for a new key."
                        + " With another key, the certificates before are revoked."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client renew gate-3 --out /etc/gate-3"})
    int renew(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            defaultValue = ".",
                            description = "Where the files are (default: here).")
                    Path out,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        ClientFiles files = ClientFiles.openOrCreate(out, name);
        var request =
                new Request("client renew", Map.of("client", name, "request", files.request()));
        JsonNode row = askOrDiscard(asking, request, Optional.of(files));
        List<Path> written = files.write(certificate(row), authority(row));
        print(asking, withFiles(row, written), name + " has a new certificate.");
        return 0;
    }

    private static JsonNode askOrDiscard(
            Asking asking, Request request, Optional<ClientFiles> files) throws OperatorException {
        try {
            return asking.askOne(request);
        } catch (OperatorException e) {
            files.ifPresent(ClientFiles::discard);
            throw e;
        }
    }

    private static String certificate(JsonNode row) {
        return row.path("certificate").asString();
    }

    private static String authority(JsonNode row) {
        return row.path("authority").asString();
    }

    /** In place of the certificates their files, and a command to try them with. */
    private static JsonNode withFiles(JsonNode row, List<Path> files) {
        var shown = (ObjectNode) row.deepCopy();
        shown.remove(List.of("certificate", "authority"));
        var names = shown.putArray("files");
        files.forEach(file -> names.add(file.toString()));
        return shown.put("try", TryLine.of(row, files));
    }

    @Command(
            name = "list",
            description = "Lists clients with their methods and rights.",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client list"})
    int list(@Mixin Asking asking) throws OperatorException {
        List<JsonNode> rows = asking.ask(new Request("client list", Map.of()));
        PrintWriter out = out();
        if (rows.isEmpty() && !asking.asJson()) {
            out.println(
                    "No client yet. Add one: ./outrider client add NAME --may-subscribe FILTER");
        }
        for (JsonNode row : rows) {
            if (asking.asJson()) {
                out.println(row);
            } else {
                out.printf(
                        "%-32s %s%n",
                        row.path("client").asString(), Asking.words(row.path("methods")));
                printRights(row);
            }
        }
        if (!asking.asJson()) {
            LegacyNote.print(out, rows);
        }
        return 0;
    }

    @Command(
            name = "show",
            description = "Shows one client.",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client show lake --json"})
    int show(@Parameters(paramLabel = "NAME") String name, @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        asking.print(out(), asking.askOne(new Request("client show", Map.of("client", name))));
        return 0;
    }

    @Command(
            name = "grant",
            description = "Gives a client more rights. They hold at once.",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client grant viewer --may-publish site/light"})
    int grant(
            @Parameters(paramLabel = "NAME") String name,
            @Mixin Rights rights,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        rights.requireAny(spec);
        JsonNode row = asking.askOne(new Request("client grant", rights.arguments(spec, name)));
        asking.print(out(), row, name + " may do more now.");
        printRights(asking, row);
        return 0;
    }

    @Command(
            name = "ungrant",
            description = {
                "Takes rights back, spelt as they were given. Subscriptions that they allowed end"
                        + " at once."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client ungrant viewer --may-publish site/light"})
    int ungrant(
            @Parameters(paramLabel = "NAME") String name,
            @Mixin Rights rights,
            @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        rights.requireAny(spec);
        JsonNode row = asking.askOne(new Request("client ungrant", rights.plainArguments(name)));
        asking.print(out(), row, name + " may do less now.");
        printRights(asking, row);
        return 0;
    }

    @Command(
            name = "remove",
            description = {
                "Removes a client: its connections end, its certificates are revoked, its password"
                        + " is gone."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client remove viewer"})
    int remove(@Parameters(paramLabel = "NAME") String name, @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        JsonNode row = asking.askOne(new Request("client remove", Map.of("client", name)));
        asking.print(out(), row, name + " removed.");
        return 0;
    }

    @Command(
            name = "password",
            description = {
                "Makes a password for a client, in place of any that it had, and prints it once. It"
                        + " is kept nowhere."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider client password viewer"})
    int password(@Parameters(paramLabel = "NAME") String name, @Mixin Asking asking)
            throws OperatorException {
        requireName(name);
        JsonNode row = asking.askOne(new Request("client password", Map.of("client", name)));
        if (asking.asJson()) {
            asking.print(out(), row);
        } else {
            FleetStandingCommand.printPassword(spec, row);
        }
        return 0;
    }

    /** What is asked for, and the second question where it reaches whole fleets. */
    static final class Rights {
        @Option(
                names = "--may-subscribe",
                arity = "1..*",
                paramLabel = "FILTER",
                description = "Topic filters that it may subscribe to, such as 'site/+/door'.")
        private List<String> maySubscribe = List.of();

        @Option(
                names = "--may-publish",
                arity = "1..*",
                paramLabel = "FILTER",
                description = "Topic filters that it may publish to.")
        private List<String> mayPublish = List.of();

        @Option(
                names = "--reaches-trackers",
                description = "Yes, this is to reach every tracker of a fleet; asks once more.")
        private boolean reachesTrackers;

        @Option(
                names = "--confirm",
                paramLabel = "NAME",
                description = "The client's name once more, where there is no terminal to ask.")
        private @Nullable String confirmed;

        void requireAny(CommandSpec spec) {
            if (maySubscribe.isEmpty() && mayPublish.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "Missing: --may-subscribe or --may-publish");
            }
        }

        Map<String, String> plainArguments(String name) {
            var arguments = new HashMap<>(Map.of("client", name));
            if (!maySubscribe.isEmpty()) {
                arguments.put("may-subscribe", String.join("\n", maySubscribe));
            }
            if (!mayPublish.isEmpty()) {
                arguments.put("may-publish", String.join("\n", mayPublish));
            }
            return arguments;
        }

        /**
         * @throws OperatorException where whole fleets are reached and nobody said twice that this
         *     is meant
         */
        Map<String, String> arguments(CommandSpec spec, String name) throws OperatorException {
            var arguments = plainArguments(name);
            List<Reach> reaches = Reach.of(Answers.grants(arguments));
            if (!reaches.isEmpty()) {
                if (!reachesTrackers || !Confirmation.of(spec, name, confirmed, reaches)) {
                    throw ClientOperations.refusal(name, reaches);
                }
                arguments.put(ClientOperations.CONFIRMED, name);
            }
            return arguments;
        }
    }

    private void print(Asking asking, JsonNode row, String sentence) {
        asking.print(out(), row, sentence);
        if (asking.asJson()) {
            return;
        }
        printRights(row);
        if (row.has("password")) {
            out().println();
            FleetStandingCommand.printPassword(spec, row);
        }
        row.path("files").forEach(file -> out().println("  wrote " + file.asString()));
        if (row.has("try")) {
            out().println("\nTry it:\n\n  " + row.path("try").asString() + "\n");
        }
    }

    private void printRights(Asking asking, JsonNode row) {
        if (!asking.asJson()) {
            printRights(row);
        }
    }

    private void printRights(JsonNode row) {
        row.path("grants").forEach(grant -> out().println("  " + grant.asString()));
        row.path("reachesTrackers")
                .forEach(reach -> out().println("  REACHES FLEETS: " + reach.asString()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static void requireName(String name) throws OperatorException {
        if (!TrackerId.isName(name)) {
            throw new OperatorException(
                    "'" + name + "' cannot name a client",
                    "Use a to z, 0 to 9 and -, at most 32 of them.");
        }
    }
}
