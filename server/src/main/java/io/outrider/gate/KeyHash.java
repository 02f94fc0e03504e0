package io.outrider.gate;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;

/**
 * SHA-256 over a public key's SubjectPublicKeyInfo: which key, whatever the certificate around it.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record KeyHash(String hex) {
    private static final int DIGITS = 64;

    public KeyHash {
        if (hex.length() != DIGITS || !isLowerCaseHexadecimal(hex)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hexadecimal");
        }
    }

    public static KeyHash of(PublicKey key) {
        return ofSha256(sha256().digest(key.getEncoded()));
    }

    /** Takes the 32 bytes of a digest that was made elsewhere. */
    public static KeyHash ofSha256(byte[] sha256) {
        return new KeyHash(HexFormat.of().formatHex(sha256));
    }

    /** Without a regular expression, because a hash is read for each message. */
    private static boolean isLowerCaseHexadecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
