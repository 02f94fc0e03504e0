package io.outrider.cli;

import io.outrider.credential.KeySource;
import io.outrider.credential.TokenAlgorithm;
import io.outrider.credential.TokenIssuer;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads whose tokens are believed from the list {@code tokens.issuers}. */
final class TokensReader {
    private static final String LIST = "tokens.issuers";
    private static final int ISSUERS_MAX = 32;
    private static final Pattern NAME = Pattern.compile("[!-~]{1,512}");
    private static final Set<String> ALGORITHMS = Set.of("ES256", "EdDSA", "RS256", "PS256");

    private final ConfigReader in;

    private TokensReader(ConfigReader in) {
        this.in = in;
    }

    /**
     * @param ownIssuer whose tokens are believed in any case
     */
    static List<TokenIssuer> read(ConfigReader in, String ownIssuer) {
        var reader = new TokensReader(in);
        var issuers = new ArrayList<TokenIssuer>();
        var names = new HashSet<String>(Set.of(ownIssuer));
        int count = in.entries(LIST, ISSUERS_MAX);
        for (int i = 0; i < count; i++) {
            String key = LIST + "[" + i + "]";
            reader.issuer(key)
                    .ifPresent(issuer -> {
                        if (!names.add(issuer.issuer())) {
                            in.problem(key + ".issuer", "is there already: " + issuer.issuer());
                        }
                        issuers.add(issuer);
                    });
        }
        return List.copyOf(issuers);
    }

    private Optional<TokenIssuer> issuer(String key) {
        String issuer = in.requiredText(key + ".issuer", NAME, "1 to 512 printable characters");
        String audience = in.requiredText(key + ".audience", NAME, "1 to 512 printable characters");
        Set<TokenAlgorithm> algorithms = algorithms(key + ".algorithms");
        Optional<KeySource> keys = keys(key);
        var skew = in.duration(key + ".clock-skew", TokenIssuer.CLOCK_SKEW);
        var lifetime = in.duration(key + ".lifetime-max", TokenIssuer.LIFETIME_MAX);
        var age = in.duration(key + ".keys-age-max", TokenIssuer.KEYS_AGE_MAX);
        var refresh = in.duration(key + ".refresh-every", TokenIssuer.REFRESH_EVERY);
        if (keys.isEmpty() || issuer.isEmpty() || audience.isEmpty() || algorithms.isEmpty()) {
            return Optional.empty(); // said already
        }
        try {
            return Optional.of(
                    new TokenIssuer(
                            issuer,
                            audience,
                            algorithms,
                            keys.get(),
                            skew,
                            lifetime,
                            age,
                            refresh));
        } catch (IllegalArgumentException e) {
            in.problem(key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Set<TokenAlgorithm> algorithms(String key) {
        List<String> names =
                in.texts(
                        key,
                        List.of(TokenAlgorithm.ES256.headerName()),
                        ALGORITHMS::contains,
                        "one of ES256, EdDSA, RS256, PS256");
        var algorithms = EnumSet.noneOf(TokenAlgorithm.class);
        names.forEach(name -> TokenAlgorithm.parse(name).ifPresent(algorithms::add));
        return algorithms;
    }

    private Optional<KeySource> keys(String key) {
        Optional<Path> file = in.file(key + ".jwks-file");
        Optional<String> url = in.text(key + ".jwks-url");
        Optional<Path> authorities = in.file(key + ".jwks-ca-file");
        if (file.isPresent() == url.isPresent()) {
            in.problem(key, "needs one of jwks-file and jwks-url");
            return Optional.empty();
        }
        if (file.isPresent()) {
            if (authorities.isPresent()) {
                in.problem(key + ".jwks-ca-file", "goes with jwks-url only");
            }
            return file.map(KeySource.OfFile::new);
        }
        try {
            return Optional.of(new KeySource.OfUrl(URI.create(url.get()), authorities));
        } catch (IllegalArgumentException e) {
            in.problem(key + ".jwks-url", "must be https://HOST/…, without a user or a fragment");
            return Optional.empty();
        }
    }
}
