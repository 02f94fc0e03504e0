package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A signed token in compact form (RFC 7515 section 7.1), taken apart and not yet believed: the form
 * is good, the header asks for nothing that is forbidden. Pure, without cryptography.
 *
 * @param signature in base64url
 */
record CompactToken(
        TokenAlgorithm algorithm,
        Optional<String> keyId,
        JsonNode claims,
        String signingInput,
        String signature) {
    static final int CHARS_MAX = 8 * 1024;

    private static final int KEY_ID_CHARS_MAX = 256;

    /**
     * Keys that come with the token (RFC 8725 section 3.10), extensions that we do not know, tokens
     * within tokens, and what only encrypted tokens have.
     */
    private static final List<String> FORBIDDEN =
            List.of("jku", "jwk", "x5u", "x5c", "crit", "cty", "enc", "zip", "b64");

    /** RFC 7519 section 5.1, RFC 9068 section 2.1; in small letters. */
    private static final List<String> TYPES = List.of("jwt", "at+jwt", "application/at+jwt");

    /** What a text can turn out to be. */
    sealed interface Read {
        record Good(CompactToken token) implements Read {}

        record Malformed(String why) implements Read {}
    }

    static Read parse(String token) {
        if (token.length() > CHARS_MAX) {
            return new Read.Malformed("longer than " + CHARS_MAX + " characters");
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return new Read.Malformed("not three parts; encrypted tokens are not taken");
        }
        Optional<JsonNode> header = decode(parts[0]).flatMap(StrictJson::parse);
        Optional<JsonNode> claims = decode(parts[1]).flatMap(StrictJson::parse);
        if (header.isEmpty() || claims.isEmpty() || decode(parts[2]).isEmpty()) {
            return new Read.Malformed(
                    "a part is not base64url of a JSON object in which each name occurs once");
        }
        return read(header.get(), claims.get(), parts);
    }

    private static Read read(JsonNode header, JsonNode claims, String[] parts) {
        for (String name : FORBIDDEN) {
            if (header.has(name)) {
                return new Read.Malformed("header \"" + name + "\" is not taken");
            }
        }
        if (header.has("typ") && !isType(header.path("typ"))) {
            return new Read.Malformed("typ is neither JWT nor at+jwt");
        }
        Optional<TokenAlgorithm> algorithm =
                StrictJson.text(header, "alg").flatMap(TokenAlgorithm::parse);
        if (algorithm.isEmpty()) {
            return new Read.Malformed("alg is none of ES256, EdDSA, RS256, PS256");
        }
        Optional<String> keyId = StrictJson.text(header, "kid");
        if (header.has("kid") && keyId.filter(id -> id.length() <= KEY_ID_CHARS_MAX).isEmpty()) {
            return new Read.Malformed("kid is no text, or too long");
        }
        return new Read.Good(
                new CompactToken(
                        algorithm.get(), keyId, claims, parts[0] + "." + parts[1], parts[2]));
    }

    private static boolean isType(JsonNode typ) {
        return typ.isString()
                && TYPES.stream().anyMatch(type -> type.equalsIgnoreCase(typ.stringValue()));
    }

    byte[] signingInputBytes() {
        return signingInput.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] signatureBytes() {
        return Base64.getUrlDecoder().decode(signature);
    }

    /** One spelling only: no padding, no white space, no bits beyond the last byte, not empty. */
    private static Optional<byte[]> decode(String part) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            String again = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            return bytes.length > 0 && again.equals(part) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Without the token, which is as good as a password until it ends. */
    @Override
    public String toString() {
        return "CompactToken";
    }
}
