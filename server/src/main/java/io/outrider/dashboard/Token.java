package io.outrider.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A random 256-bit bearer token: whoever shows it has what it stands for. Files keep its hash only.
 */
final class Token {
    private static final int BYTES = 32;
    private static final Pattern WRITTEN = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final String text;

    private Token(String text) {
        this.text = text;
    }

    static Token random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Whether this could be a token at all, so that nothing else is looked up. */
    static boolean isWritten(String text) {
        return WRITTEN.matcher(text).matches();
    }

    /** SHA-256. No salt is needed where there are 256 random bits. */
    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    byte[] hash() {
        return hash(text);
    }

    /** The only way to the text, for the one who is to have it. */
    String expose() {
        return text;
    }

    @Override
    public String toString() {
        return "Token";
    }
}
