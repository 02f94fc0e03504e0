package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.dashboard.Accounts;
import io.outrider.keys.OperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The way to /metrics. */
@Command(
        name = "metrics",
        description = "The token that opens /metrics for a Prometheus server, and nothing else.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider metrics token --data DIR > /etc/prometheus/outrider.token",
            "  curl --cacert ca.pem -H \"Authorization: Bearer $(cat outrider.token)\" \\",
            "      https://localhost:8443/metrics",
            "  outrider metrics token --remove --data DIR"
        })
final class MetricsCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing: token");
    }

    @Command(
            name = "token",
            description =
                    "Makes a new token and prints it once; the one before opens nothing any more."
                            + " Works while the server runs, and without.",
            mixinStandardHelpOptions = true)
    int token(
            @Mixin ServerOptions where,
            @Option(names = "--remove", description = "Only take away the one that there is.")
                    boolean remove,
            @Option(names = "--json", description = "Print JSON.") boolean asJson)
            throws OperatorException {
        PrintWriter out = spec.commandLine().getOut();
        var request = new Request("metrics token", remove ? Map.of("remove", "true") : Map.of());
        ask(where, request, row -> print(out, row, asJson));
        return 0;
    }

    private static void print(PrintWriter out, JsonNode row, boolean asJson) {
        if (asJson) {
            out.println(row);
            return;
        }
        out.println(
                row.has("token")
                        ? row.path("token").asString("")
                        : "No token opens the metrics any more.");
    }

    private static void ask(ServerOptions where, Request request, Operations.Rows rows)
            throws OperatorException {
        DataDirectory directory = DataDirectory.existing(where.data());
        Optional<ControlClient> running = ControlClient.find(directory.socket());
        if (running.isPresent()) {
            running.get().perform(request, rows);
            return;
        }
        try (var _ = ServerOptions.lock(directory);
                var accounts =
                        Accounts.open(
                                directory.accountsFile(),
                                InstantSource.system(),
                                new SecureRandom())) {
            WatchOperations.metricsToken(accounts, request, rows);
        } catch (IOException | SQLException e) {
            throw new OperatorException(
                    "cannot open " + directory.accountsFile() + " (" + e.getMessage() + ")",
                    "Check the disk.",
                    e);
        }
    }
}
