package io.outrider.gate;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256 over a public key's SubjectPublicKeyInfo: which key, whatever the certificate around it.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record KeyHash(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public KeyHash {
        if (!FORM.matcher(hex).matches()) {
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

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
