package io.outrider.cli;

import io.outrider.cli.Operations.Request;
import io.outrider.credential.TokenSigner;
import io.outrider.keys.OperatorException;
import io.outrider.topic.TrackerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Our own issuer of tokens. */
@Command(
        name = "token",
        description =
                "Tokens (JWT) of our own issuer, for trackers and clients whose policy allows them.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  outrider token issue viewer --for 1h > viewer.token",
            "  outrider token issue viewer --for 15m --scope 'subscribe:site/#'",
            "  outrider token jwks"
        })
final class TokenCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** Without a subcommand there is nothing to do: says how it is used. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing: issue or jwks");
    }

    @Command(
            name = "issue",
            description = {
                "Prints a token to standard output, alone. It is kept nowhere and cannot be taken back"
                        + " before its end, except with the rights of whom it names.",
                "Scopes narrow what it may do; without any it may all that its owner may."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  outrider token issue viewer --for 1h > viewer.token",
                "  outrider token issue acme.truck-7 --for 12h --bound-to truck-7.pem",
                "  outrider token issue viewer --for 15m --scope publish:site/light"
            })
    int issue(
            @Parameters(paramLabel = "TRACKER|CLIENT") String name,
            @Option(
                            names = "--for",
                            paramLabel = "TIME",
                            required = true,
                            converter = DurationConverter.class,
                            description = "How long it lasts: 1m to 24h.")
                    Duration lifetime,
            @Option(
                            names = "--scope",
                            paramLabel = "SCOPE",
                            description = "publish:FILTER or subscribe:FILTER; can be repeated.")
                    @Nullable List<String> scopes,
            @Option(
                            names = "--bound-to",
                            paramLabel = "FILE",
                            description =
                                    "A certificate (PEM) that must come with it (RFC 8705): a"
                                            + " stolen token opens nothing then.")
                    @Nullable Path certificate,
            @Mixin Asking asking)
            throws OperatorException {
        if (TrackerId.parse(name).isEmpty() && !TrackerId.isName(name)) {
            throw new OperatorException(
                    "'" + name + "' can be neither a tracker nor a client",
                    "Write FLEET.TRACKER or a client's name.");
        }
        if (lifetime.compareTo(TokenSigner.LIFETIME_MIN) < 0
                || lifetime.compareTo(TokenSigner.LIFETIME_MAX) > 0) {
            throw new ParameterException(spec.subcommands().get("issue"), "--for is 1m to 24h");
        }
        var arguments = new HashMap<>(Map.of("name", name, "seconds", "" + lifetime.toSeconds()));
        if (scopes != null) {
            arguments.put("scopes", String.join("\n", scopes));
            TokenOperations.scopes(Optional.of(arguments.get("scopes")));
        }
        if (certificate != null) {
            arguments.put("x5t", thumbprint(certificate));
        }
        JsonNode row = asking.askOne(new Request("token issue", arguments));
        spec.commandLine()
                .getOut()
                .println(asking.asJson() ? row.toString() : row.path("token").asString());
        String note = row.path("note").asString("");
        if (!asking.asJson() && !note.isEmpty()) {
            spec.commandLine().getErr().println("Note: " + note + ".");
        }
        return 0;
    }

    @Command(
            name = "jwks",
            description = "Prints the public key of our issuer as a JWK set (RFC 7517).",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  outrider token jwks > outrider.jwks.json"})
    int jwks(@Mixin ServerOptions where) throws OperatorException {
        where.ask(
                new Request("token jwks", Map.of()),
                row -> spec.commandLine().getOut().println(row.toPrettyString()));
        return 0;
    }

    /** {@code x5t#S256} (RFC 8705, section 3.1). */
    private static String thumbprint(Path file) throws OperatorException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] der =
                    CertificateFactory.getInstance("X.509").generateCertificate(in).getEncoded();
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(der);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256);
        } catch (IOException | GeneralSecurityException e) {
            throw new OperatorException(
                    "there is no certificate in " + file, "Give its file in PEM.", e);
        }
    }
}
