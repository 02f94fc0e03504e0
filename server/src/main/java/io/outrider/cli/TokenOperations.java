package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.cli.Operations.Rows;
import io.outrider.credential.IssuedToken;
import io.outrider.credential.TokenSigner;
import io.outrider.credential.TopicScope;
import io.outrider.fleet.Method;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Standing;
import io.outrider.fleet.Tracker;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The verbs of {@code outrider token}. */
final class TokenOperations {
    private final Backend backend;
    private final Registry registry;
    private final Config config;
    private final InstantSource clock;

    TokenOperations(Backend backend, Config config, InstantSource clock) {
        this.backend = backend;
        this.registry = backend.registry();
        this.config = config;
        this.clock = clock;
    }

    void perform(Request request, Rows rows) throws OperatorException {
        TokenSigner signer = OwnTokens.signer(config, backend.keys(), clock);
        switch (request.verb()) {
            case "token issue" -> issue(request, signer, rows);
            case "token jwks" -> rows.add(ControlServer.JSON.readTree(signer.jwks()));
            default -> throw Answers.unknown(request);
        }
    }

    private void issue(Request request, TokenSigner signer, Rows rows) throws OperatorException {
        String name = request.argument("name");
        requireUsable(name);
        IssuedToken token;
        try {
            token =
                    signer.issue(
                            new TokenSigner.Order(
                                    name,
                                    OwnTokens.audience(config),
                                    Duration.ofSeconds(Long.parseLong(request.argument("seconds"))),
                                    scopes(Optional.ofNullable(request.arguments().get("scopes"))),
                                    Optional.ofNullable(request.arguments().get("x5t"))));
        } catch (IllegalArgumentException e) {
            throw new OperatorException(String.valueOf(e.getMessage()), "", e);
        }
        var row = new LinkedHashMap<String, Object>();
        row.put("name", name);
        row.put("id", token.id());
        row.put("expires", token.until().toString());
        row.put("token", token.exposeTo(text -> text));
        if (config.mqttCredentials().isEmpty()) {
            row.put("note", "no listener takes passwords and tokens: see mqtt-credentials");
        }
        Answers.add(rows, row);
    }

    /** A token that opens nothing is not made. */
    private void requireUsable(String name) throws OperatorException {
        var policy = registry.methodsOf(name);
        boolean isIdentity = TrackerId.parse(name).isPresent() || registry.client(name).isPresent();
        if (policy.isEmpty() || !isIdentity) {
            throw new OperatorException(
                    "there is no tracker or client " + name,
                    "List them: ./outrider fleet list, ./outrider client list");
        }
        if (!policy.get().methods().contains(Method.TOKEN)) {
            throw new OperatorException(
                    "policy does not allow " + name + " to come by token",
                    "Allow it first: ./outrider policy allow "
                            + name
                            + " --method certificate,token");
        }
        Optional<Standing> standing =
                TrackerId.parse(name).flatMap(registry::find).map(Tracker::standing);
        if (standing.isPresent() && standing.get() != Standing.ACTIVE) {
            throw new OperatorException(
                    name + " is " + Answers.word(standing.get()), "A token would open nothing.");
        }
    }

    /** One {@code publish:FILTER} or {@code subscribe:FILTER} a line. */
    static List<TopicScope> scopes(Optional<String> lines) throws OperatorException {
        var uses =
                Map.of(
                        "publish", TopicScope.Use.PUBLISH,
                        "subscribe", TopicScope.Use.SUBSCRIBE);
        var scopes = new ArrayList<TopicScope>();
        for (String line : lines.map(all -> List.of(all.split("\n", -1))).orElse(List.of())) {
            String[] parts = line.split(":", 2);
            TopicScope.Use use = uses.get(parts[0]);
            if (parts.length != 2 || use == null) {
                throw new OperatorException(
                        "'" + line + "' is no scope", "Write publish:FILTER or subscribe:FILTER.");
            }
            scopes.add(new TopicScope(use, Answers.filter(parts[1])));
        }
        return scopes;
    }
}
