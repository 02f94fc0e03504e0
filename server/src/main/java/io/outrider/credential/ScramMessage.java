package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** The client's two messages (RFC 5802 section 7), read from bytes. Pure. */
final class ScramMessage {
    static final int BYTES_MAX = 1024;

    private static final int NONCE_CHARS_MAX = 256;
    private static final int NAME_CHARS_MAX = 128;
    private static final Pattern NONCE = Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]+");
    private static final Pattern EXTENSION = Pattern.compile("[A-Za-z]=[^,]+");

    private ScramMessage() {}

    /** What a first message can turn out to be. */
    sealed interface FirstRead permits First, Malformed {}

    /** What a final message can turn out to be. */
    sealed interface FinalRead permits Final, Malformed {}

    /**
     * @param gs2Header as sent, with its last comma: the final message repeats it
     * @param name decoded
     * @param bare what follows the header
     */
    record First(String gs2Header, String name, String nonce, String bare) implements FirstRead {}

    /**
     * @param channelBinding decoded
     * @param proof 32 bytes in base64
     * @param withoutProof what precedes the proof's comma
     */
    record Final(String channelBinding, String nonce, String proof, String withoutProof)
            implements FinalRead {
        byte[] proofBytes() {
            return Base64.getDecoder().decode(proof);
        }
    }

    record Malformed(ScramError error, String why) implements FirstRead, FinalRead {}

    static FirstRead parseFirst(byte[] message) {
        Optional<String> text = ascii(message);
        if (text.isEmpty()) {
            return new Malformed(ScramError.INVALID_ENCODING, "not printable ASCII, or too long");
        }
        String[] parts = text.get().split(",", -1);
        if (parts.length < 4) {
            return malformed("a first message has a header, a name and a nonce");
        }
        if (parts[0].startsWith("p=")) {
            return new Malformed(
                    ScramError.CHANNEL_BINDING_NOT_SUPPORTED, "asks for channel binding");
        }
        if (!parts[0].equals("n") && !parts[0].equals("y")) {
            return malformed("no gs2 header");
        }
        if (parts[2].startsWith("m=")) {
            return mandatory();
        }
        if (!parts[2].startsWith("n=") || !parts[3].startsWith("r=")) {
            return malformed("name and nonce are not where they belong");
        }
        return first(parts, text.get());
    }

    private static FirstRead first(String[] parts, String text) {
        Optional<String> name = name(parts[2].substring(2));
        if (name.isEmpty()) {
            return new Malformed(ScramError.INVALID_USERNAME_ENCODING, "not a name");
        }
        String nonce = parts[3].substring(2);
        if (nonce.length() > NONCE_CHARS_MAX || !NONCE.matcher(nonce).matches()) {
            return malformed("not a nonce");
        }
        if (!areExtensions(parts, 4, parts.length)) {
            return malformed("not an extension after the nonce");
        }
        if (!parts[1].isEmpty()
                && !(parts[1].startsWith("a=") && name(parts[1].substring(2)).equals(name))) {
            return malformed("wants to act as somebody else");
        }
        int headerChars = parts[0].length() + 1 + parts[1].length() + 1;
        return new First(
                text.substring(0, headerChars), name.get(), nonce, text.substring(headerChars));
    }

    static FinalRead parseFinal(byte[] message) {
        Optional<String> text = ascii(message);
        if (text.isEmpty()) {
            return new Malformed(ScramError.INVALID_ENCODING, "not printable ASCII, or too long");
        }
        String[] parts = text.get().split(",", -1);
        int last = parts.length - 1;
        if (last < 2
                || !parts[0].startsWith("c=")
                || !parts[1].startsWith("r=")
                || !parts[last].startsWith("p=")
                || !areExtensions(parts, 2, last)) {
            return malformed("a final message has a channel binding, a nonce and a proof");
        }
        Optional<byte[]> binding = base64(parts[0].substring(2));
        Optional<byte[]> proof = base64(parts[last].substring(2));
        if (binding.isEmpty() || proof.isEmpty() || proof.get().length != ScramMath.HASH_BYTES) {
            return new Malformed(ScramError.INVALID_ENCODING, "not base64 of the right length");
        }
        Optional<String> header = ascii(binding.get());
        if (header.isEmpty()) {
            return new Malformed(
                    ScramError.CHANNEL_BINDINGS_DONT_MATCH, "another header than at first");
        }
        return new Final(
                header.get(),
                parts[1].substring(2),
                parts[last].substring(2),
                text.get().substring(0, text.get().length() - parts[last].length() - 1));
    }

    /** With {@code =2C} and {@code =3D} for comma and equals sign, and no other escape. */
    private static Optional<String> name(String escaped) {
        String name = escaped.replace("=2C", ",").replace("=3D", "=");
        String again = name.replace("=", "=3D").replace(",", "=2C");
        boolean good = !name.isEmpty() && name.length() <= NAME_CHARS_MAX && again.equals(escaped);
        return good ? Optional.of(name) : Optional.empty();
    }

    private static boolean areExtensions(String[] parts, int from, int until) {
        return Arrays.stream(parts, from, until)
                .allMatch(part -> EXTENSION.matcher(part).matches());
    }

    /** Printable ASCII within the bound. */
    private static Optional<String> ascii(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > BYTES_MAX) {
            return Optional.empty();
        }
        for (byte b : bytes) {
            if (b < 0x20 || b == 0x7f) {
                return Optional.empty();
            }
        }
        return Optional.of(new String(bytes, StandardCharsets.US_ASCII));
    }

    private static Optional<byte[]> base64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // One spelling only: with padding, and no bits beyond the last byte.
            return Base64.getEncoder().encodeToString(bytes).equals(text)
                    ? Optional.of(bytes)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Malformed malformed(String why) {
        return new Malformed(ScramError.OTHER_ERROR, why);
    }

    private static Malformed mandatory() {
        return new Malformed(ScramError.EXTENSIONS_NOT_SUPPORTED, "a mandatory extension");
    }
}
