package io.outrider.credential;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding. Here is what all
 * exchanges share; each is a {@link ScramExchange}. Safe for use by many threads.
 */
public final class Scram {
    /** The name under which clients ask for it. */
    public static final String MECHANISM = "SCRAM-SHA-256";

    private static final int NONCE_BYTES = 18; // 24 characters of base64 without padding

    private final PasswordSource source;
    private final DecoyKey decoy;
    private final Supplier<String> nonces;

    public Scram(PasswordSource source, DecoyKey decoy, SecureRandom random) {
        this(source, decoy, () -> nonce(random));
    }

    /** With nonces that a test knows. */
    Scram(PasswordSource source, DecoyKey decoy, Supplier<String> nonces) {
        this.source = source;
        this.decoy = decoy;
        this.nonces = nonces;
    }

    /** For one client on one connection. */
    public ScramExchange begin() {
        return new ScramExchange(source, decoy, nonces.get());
    }

    private static String nonce(SecureRandom random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
