package io.outrider.credential;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a server keeps for SCRAM-SHA-256 (RFC 5802 section 3): salt, iterations, StoredKey and
 * ServerKey. Immutable.
 */
final class ScramVerifier {
    /**
     * What RFC 7677 section 4 demands at least. More would cost the device more and us nothing in
     * safety: the password has 140 bits.
     */
    static final int ITERATIONS = 4096;

    static final int SALT_BYTES = 16;

    /** RFC 5803: {@code SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey}. */
    private static final Pattern TEXT =
            Pattern.compile(
                    "SCRAM-SHA-256\\$(\\d{4,6}):([A-Za-z0-9+/]{22}==)"
                            + "\\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)");

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Computes PBKDF2 with this many iterations. */
    static ScramVerifier derive(byte[] password, byte[] salt, int iterations) {
        byte[] salted = ScramMath.saltedPassword(password, salt, iterations);
        return new ScramVerifier(
                iterations,
                salt.clone(),
                ScramMath.sha256(ScramMath.hmac(salted, "Client Key")),
                ScramMath.hmac(salted, "Server Key"));
    }

    /** Of nobody: no proof matches it, except by chance in 2^256. */
    static ScramVerifier decoy(byte[] salt, byte[] storedKey, byte[] serverKey) {
        return new ScramVerifier(ITERATIONS, salt, storedKey, serverKey);
    }

    static Optional<ScramVerifier> parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var base64 = Base64.getDecoder();
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < ITERATIONS) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ScramVerifier(
                            iterations,
                            base64.decode(matcher.group(2)),
                            base64.decode(matcher.group(3)),
                            base64.decode(matcher.group(4))));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // bits beyond the last byte
        }
    }

    String text() {
        var base64 = Base64.getEncoder();
        return "SCRAM-SHA-256$%d:%s$%s:%s"
                .formatted(
                        iterations,
                        base64.encodeToString(salt),
                        base64.encodeToString(storedKey),
                        base64.encodeToString(serverKey));
    }

    int iterations() {
        return iterations;
    }

    byte[] salt() {
        return salt.clone();
    }

    byte[] storedKey() {
        return storedKey.clone();
    }

    /** Whether the proof shows the client key, in constant time (RFC 5802 section 3). */
    boolean proves(byte[] proof, String authMessage) {
        byte[] signature = ScramMath.hmac(storedKey, authMessage);
        byte[] clientKey = ScramMath.xor(signature, proof);
        return MessageDigest.isEqual(ScramMath.sha256(clientKey), storedKey);
    }

    byte[] serverSignature(String authMessage) {
        return ScramMath.hmac(serverKey, authMessage);
    }
}
