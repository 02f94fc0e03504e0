package io.outrider.credential;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is kept of a password: an Argon2id hash for passwords in CONNECT and a verifier for SCRAM,
 * each under its own salt. Immutable. As text, which is one database column of printable ASCII
 * without spaces: {@code v1}, the PHC string of Argon2id and the verifier in the form of RFC 5803,
 * with a bar between.
 *
 * <p>Whoever reads the text can try passwords, of which there are 2^140, and can pose as the server
 * to a client that asks by SCRAM, but not as the client. So it is not printed.
 */
public final class StoredPassword {
    private static final String VERSION = "v1";
    private static final int TEXT_CHARS_MAX = 512;

    private final String phc;
    private final ScramVerifier scram;

    private StoredPassword(String phc, ScramVerifier scram) {
        this.phc = phc;
        this.scram = scram;
    }

    static StoredPassword derive(byte[] password, byte[] argonSalt, byte[] scramSalt) {
        return new StoredPassword(
                Argon2id.STANDARD.hash(password, argonSalt),
                ScramVerifier.derive(password, scramSalt, ScramVerifier.ITERATIONS));
    }

    /** Reads {@link #text()}; empty where it is anything else. */
    public static Optional<StoredPassword> parse(String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        String[] parts = text.split("\\|", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION) || !Argon2id.isBounded(parts[1])) {
            return Optional.empty();
        }
        return ScramVerifier.parse(parts[2]).map(scram -> new StoredPassword(parts[1], scram));
    }

    /** For the database alone. */
    public String text() {
        return String.join("|", VERSION, phc, scram.text());
    }

    /** Computes Argon2id. Constant time in what is compared. */
    boolean matches(byte[] password) {
        return Argon2id.matches(password, phc);
    }

    ScramVerifier scram() {
        return scram;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredPassword that
                && phc.equals(that.phc)
                && Arrays.equals(scram.storedKey(), that.scram.storedKey());
    }

    @Override
    public int hashCode() {
        return phc.hashCode();
    }

    @Override
    public String toString() {
        return "StoredPassword";
    }
}
