package io.outrider.cli;

import io.outrider.gate.Gate;
import io.outrider.keys.OperatorException;
import io.outrider.store.StoreException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Meets the command line's requests from an opened data directory: each verb's first word names
 * whose it is. Safe for use by many threads.
 */
final class ServerOperations implements Operations {
    private final FleetOperations fleets;
    private final ClientOperations clients;
    private final PolicyOperations policy;
    private final TokenOperations tokens;
    private final ReportOperations reports;

    /**
     * @param serving what only a server that runs can tell of itself, for {@code status}
     * @param alarms what only such a server can know to be wrong, likewise
     */
    ServerOperations(
            Backend backend,
            Config config,
            InstantSource clock,
            Supplier<Map<String, Object>> serving,
            Supplier<List<String>> alarms) {
        var gate =
                new Gate(
                        config.installation(),
                        config.limits(),
                        new RegistryDirectory(backend.registry()),
                        clock);
        this.fleets = new FleetOperations(backend, config);
        this.clients = new ClientOperations(backend, config);
        this.policy = new PolicyOperations(backend.registry(), gate, config);
        this.tokens = new TokenOperations(backend, config, clock);
        this.reports = new ReportOperations(backend, serving, alarms);
    }

    @Override
    public void perform(Request request, Rows rows) throws OperatorException {
        try {
            switch (request.verb().split(" ", 2)[0]) {
                case "fleet" -> fleets.perform(request, rows);
                case "client" -> clients.perform(request, rows);
                case "policy" -> policy.perform(request, rows);
                case "token" -> tokens.perform(request, rows);
                default -> reports.perform(request, rows);
            }
        } catch (SQLException | StoreException e) {
            throw new OperatorException(
                    "the database failed (" + e.getMessage() + ")",
                    "Nothing was changed. Look at the disk and the server's log.",
                    e);
        }
    }
}
