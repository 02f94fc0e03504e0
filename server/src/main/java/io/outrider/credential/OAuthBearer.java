package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The messages of SASL OAUTHBEARER (RFC 7628): a token in one message, and what is answered where
 * it is refused. Pure.
 */
public final class OAuthBearer {
    /** The name under which clients ask for it. */
    public static final String MECHANISM = "OAUTHBEARER";

    private static final int BYTES_MAX = CompactToken.CHARS_MAX + 1024;
    private static final char SEPARATOR = 0x01;

    /** RFC 5801 section 4, where a name cannot hold a comma or an equals sign of its own. */
    private static final Pattern HEADER = Pattern.compile("[ny],(?:a=([^,=]{1,256}))?,");

    private static final Pattern PAIR = Pattern.compile("[A-Za-z]+=[^\\x01]*");
    private static final Pattern BEARER =
            Pattern.compile("auth=[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)");

    private OAuthBearer() {}

    /** What a client's message can turn out to be. */
    public sealed interface Read {
        /** A token, not yet looked at. The name is empty where the client left it to the token. */
        final class Bearer implements Read {
            private final Optional<String> name;
            private final String token;

            Bearer(Optional<String> name, String token) {
                this.name = name;
                this.token = token;
            }

            /** Whom the client wants to act as: must be the token's subject. */
            public Optional<String> name() {
                return name;
            }

            public String token() {
                return token;
            }

            /** Without the token. */
            @Override
            public String toString() {
                return "Bearer";
            }
        }

        /** Not such a message. */
        record Malformed(String why) implements Read {}
    }

    /** RFC 7628 section 3.1; the name must be printable ASCII, the token base64url with dots. */
    public static Read parse(byte[] message) {
        if (message.length > BYTES_MAX) {
            return new Read.Malformed("longer than " + BYTES_MAX + " bytes");
        }
        for (byte b : message) {
            if (b != SEPARATOR && (b < 0x20 || b == 0x7f)) {
                return new Read.Malformed("a control character, or beyond ASCII");
            }
        }
        String text = new String(message, StandardCharsets.US_ASCII);
        int headerEnd = text.indexOf(SEPARATOR);
        boolean ends = text.endsWith("" + SEPARATOR + SEPARATOR);
        if (headerEnd < 0 || !ends || headerEnd + 2 > text.length() - 1) {
            return new Read.Malformed("a header and pairs, each ended by ^A, and one more ^A");
        }
        var header = HEADER.matcher(text.substring(0, headerEnd));
        if (!header.matches()) {
            return new Read.Malformed("no gs2 header without channel binding");
        }
        Optional<String> name = Optional.ofNullable(header.group(1));
        return read(name, text.substring(headerEnd + 1, text.length() - 2));
    }

    private static Read read(Optional<String> name, String pairs) {
        Optional<String> token = Optional.empty();
        for (String pair : pairs.split(String.valueOf(SEPARATOR), -1)) {
            if (!PAIR.matcher(pair).matches()) {
                return new Read.Malformed("not a pair of key and value");
            }
            if (!pair.startsWith("auth=")) {
                continue; // host and port are for the client's own signatures, others for nobody
            }
            var bearer = BEARER.matcher(pair);
            if (!bearer.matches() || token.isPresent()) {
                return new Read.Malformed("not one bearer token");
            }
            token = Optional.of(bearer.group(1));
        }
        return token.<Read>map(t -> new Read.Bearer(name, t))
                .orElseGet(() -> new Read.Malformed("no bearer token"));
    }

    /**
     * What a refused client is answered (RFC 7628 section 3.2.2), the same for every reason. It
     * replies with one {@code ^A}, and the exchange has failed.
     */
    public static String errorMessage() {
        return "{\"status\":\"invalid_token\"}";
    }
}
