package io.outrider.cli;

import io.outrider.authority.Authority;
import io.outrider.authority.CertificateChain;
import io.outrider.cli.Operations.Request;
import io.outrider.cli.Operations.Rows;
import io.outrider.fleet.Client;
import io.outrider.fleet.Grant;
import io.outrider.fleet.Method;
import io.outrider.fleet.Registry;
import io.outrider.keys.OperatorException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The verbs of {@code outrider client}. */
final class ClientOperations {
    /** The argument that says the second time that a grant over whole fleets is meant. */
    static final String CONFIRMED = "reaches-trackers";

    private final Registry registry;
    private final Authority authority;
    private final Config config;
    private final SecureRandom random = new SecureRandom();

    ClientOperations(Backend backend, Config config) {
        this.registry = backend.registry();
        this.authority = backend.authority();
        this.config = config;
    }

    void perform(Request request, Rows rows) throws SQLException, OperatorException {
        switch (request.verb()) {
            case "client add" -> add(request, rows);
            case "client renew" -> renew(request, rows);
            case "client list" -> list(rows);
            case "client show" -> show(request.argument("client"), rows);
            case "client grant" -> grant(request, rows);
            case "client ungrant" -> ungrant(request, rows);
            case "client remove" -> remove(request.argument("client"), rows);
            case "client password" -> password(request, rows);
            default -> throw Answers.unknown(request);
        }
    }

    private void add(Request request, Rows rows) throws SQLException, OperatorException {
        String name = request.argument("client");
        List<Grant> grants = Answers.grants(request.arguments());
        requireConfirmed(request, name, grants);
        Set<Method> methods = Answers.methods(request.argument("methods"));
        Client client = Answers.made(registry.addClient(name, grants, methods));
        Map<String, Object> row = describe(client);
        if (methods.contains(Method.CERTIFICATE)) {
            try {
                row = certified(name, request.argument("request"));
            } catch (OperatorException e) {
                registry.removeClient(name);
                throw e;
            }
        }
        putServer(row, methods.contains(Method.CERTIFICATE));
        if (methods.contains(Method.PASSWORD)) {
            row.putAll(FleetOperations.newPassword(registry, config, name, random));
        }
        Answers.add(rows, row);
    }

    private void renew(Request request, Rows rows) throws SQLException, OperatorException {
        Client client = Answers.made(registry.showClient(request.argument("client")));
        if (!client.methods().methods().contains(Method.CERTIFICATE)) {
            throw new OperatorException(
                    "policy does not allow " + client.name() + " to come by certificate",
                    "Allow it first: ./outrider policy allow "
                            + client.name()
                            + " --method certificate");
        }
        Map<String, Object> row = certified(client.name(), request.argument("request"));
        putServer(row, true);
        Answers.add(rows, row);
    }

    private Map<String, Object> certified(String name, String request)
            throws SQLException, OperatorException {
        CertificateChain chain = Answers.made(authority.certifyClient(name, request));
        Map<String, Object> row = describe(Answers.made(registry.showClient(name)));
        row.put("certificate", text(chain));
        return row;
    }

    /** Where to connect to, and whom to believe there. */
    private void putServer(Map<String, Object> row, boolean byCertificate) {
        row.put("host", config.names().getFirst());
        row.put(
                "port",
                byCertificate
                        ? config.mqtt().port()
                        : config.mqttCredentials()
                                .map(Endpoint::port)
                                .orElse(Config.MQTT_CREDENTIALS_PORT));
        row.put("authority", text(new CertificateChain(List.of(authority.root()))));
    }

    private static String text(CertificateChain chain) {
        return new String(chain.pem(), StandardCharsets.US_ASCII);
    }

    private void list(Rows rows) {
        registry.clients().forEach(client -> Answers.add(rows, describe(client)));
    }

    private void show(String name, Rows rows) throws OperatorException {
        Answers.add(rows, describe(Answers.made(registry.showClient(name))));
    }

    private void grant(Request request, Rows rows) throws SQLException, OperatorException {
        Client client = Answers.made(registry.showClient(request.argument("client")));
        List<Grant> added = Answers.grants(request.arguments());
        requireConfirmed(request, client.name(), added);
        var grants = new ArrayList<>(client.grants());
        grants.addAll(added);
        Answers.add(rows, describe(Answers.made(registry.changeGrants(client.name(), grants))));
    }

    private void ungrant(Request request, Rows rows) throws SQLException, OperatorException {
        Client client = Answers.made(registry.showClient(request.argument("client")));
        var grants = new ArrayList<>(client.grants());
        for (Grant grant : Answers.grants(request.arguments())) {
            if (!grants.remove(grant)) {
                throw new OperatorException(
                        client.name() + " has no grant '" + grant + "'",
                        "Write it as it was given: ./outrider client show " + client.name());
            }
        }
        Answers.add(rows, describe(Answers.made(registry.changeGrants(client.name(), grants))));
    }

    private void remove(String name, Rows rows) throws SQLException, OperatorException {
        Client client = Answers.made(registry.removeClient(name));
        Answers.add(rows, Map.of("client", client.name(), "removed", true));
    }

    private void password(Request request, Rows rows) throws SQLException, OperatorException {
        Client client = Answers.made(registry.showClient(request.argument("client")));
        var row = new LinkedHashMap<String, Object>();
        row.put("client", client.name());
        row.putAll(FleetOperations.newPassword(registry, config, client.name(), random));
        Answers.add(rows, row);
    }

    /** Asked here, too, and not only in the command: whatever asks, it is asked twice. */
    private static void requireConfirmed(Request request, String name, List<Grant> grants)
            throws OperatorException {
        List<Reach> reaches = Reach.of(grants);
        boolean isConfirmed = name.equals(request.arguments().get(CONFIRMED));
        if (!reaches.isEmpty() && !isConfirmed) {
            throw refusal(name, reaches);
        }
    }

    static OperatorException refusal(String name, List<Reach> reaches) {
        var lines = new StringBuilder(name + " would reach whole fleets:");
        reaches.forEach(reach -> lines.append("\n  ").append(reach));
        reaches.stream()
                .map(Reach::meaning)
                .distinct()
                .forEach(meaning -> lines.append("\n  ").append(meaning));
        return new OperatorException(
                lines.toString(),
                "Nothing was granted. Where this is meant, say so twice: --reaches-trackers, and"
                        + " the client's name when it asks (without a terminal: --confirm "
                        + name
                        + ").");
    }

    private Map<String, Object> describe(Client client) {
        var row = new LinkedHashMap<String, Object>();
        row.put("client", client.name());
        row.put("number", client.number());
        row.put("added", client.addedAt().toString());
        Answers.put(row, client.methods());
        row.put("grants", client.grants().stream().map(Grant::toString).toList());
        row.put("reachesTrackers", PolicyOperations.reaches(client));
        client.certificate()
                .ifPresent(certified -> {
                    row.put("keySha256", certified.keySha256());
                    row.put("certificateSerial", certified.serial());
                    row.put("certificateNotAfter", certified.notAfter().toString());
                });
        row.put("hasPassword", registry.storedPassword(client.name()).isPresent());
        LegacyNote.put(row, config);
        return row;
    }
}
