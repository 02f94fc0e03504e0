package io.outrider.fleet;

import java.security.MessageDigest;
import java.time.Instant;

/** The SHA-256 of an enrolment token's secret, and when it ends. Immutable. */
final class Token {
    private static final int SHA256_BYTES = 32;

    /** Stands in for the token of a tracker that does not exist. */
    static final Token NOBODYS = new Token(new byte[SHA256_BYTES], Instant.MIN);

    private final byte[] sha256;
    private final Instant expiresAt;

    private Token(byte[] sha256, Instant expiresAt) {
        this.sha256 = sha256;
        this.expiresAt = expiresAt;
    }

    static Token of(byte[] sha256, Instant expiresAt) {
        if (sha256.length != SHA256_BYTES) {
            throw new IllegalArgumentException("not a SHA-256: " + sha256.length + " bytes");
        }
        return new Token(sha256.clone(), expiresAt);
    }

    /** As slow when wrong as when right. */
    boolean matches(byte[] otherSha256) {
        return MessageDigest.isEqual(sha256, otherSha256);
    }

    byte[] sha256() {
        return sha256.clone();
    }

    Instant expiresAt() {
        return expiresAt;
    }
}
