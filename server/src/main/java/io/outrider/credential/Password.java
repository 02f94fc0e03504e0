package io.outrider.credential;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A password that we made: 28 characters of RFC 4648 base32 in small letters, in groups of four,
 * 140 random bits. Shown once and then wiped; only {@link StoredPassword} is kept. There is no way
 * to make one of a text that somebody chose. Not safe for use by many threads.
 */
public final class Password implements AutoCloseable {
    /** Neither 0, 1, 8 nor 9, which are mistaken for letters when they are typed. */
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int GROUPS = 7;
    private static final int GROUP_CHARS = 4;
    private static final int LENGTH = GROUPS * (GROUP_CHARS + 1) - 1;
    private static final int SALT_BYTES = 16; // RFC 9106 section 3.1

    /** A longer password is refused before it is looked at. */
    static final int GIVEN_BYTES_MAX = 128;

    private final byte[] ascii;
    private final StoredPassword stored;

    private Password(byte[] ascii, StoredPassword stored) {
        this.ascii = ascii;
        this.stored = stored;
    }

    /** Takes as long as one Argon2id computation. */
    public static Password generate(SecureRandom random) {
        byte[] ascii = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            boolean between = i % (GROUP_CHARS + 1) == GROUP_CHARS;
            ascii[i] = (byte) (between ? '-' : ALPHABET.charAt(random.nextInt(32)));
        }
        byte[] argonSalt = new byte[SALT_BYTES];
        random.nextBytes(argonSalt);
        byte[] scramSalt = new byte[SALT_BYTES];
        random.nextBytes(scramSalt);
        return new Password(ascii, StoredPassword.derive(ascii, argonSalt, scramSalt));
    }

    /** What to keep of it. */
    public StoredPassword stored() {
        return stored;
    }

    /** The only way to the text. Rare on purpose: reviewers look for this word. */
    public <T> T exposeTo(Function<String, T> use) {
        return use.apply(new String(ascii, StandardCharsets.US_ASCII));
    }

    /**
     * Why a password that a peer sent cannot be any of ours, whoever it claims to be; empty where
     * it could be one. What this refuses costs no hash.
     */
    static Optional<String> parseGiven(byte[] given) {
        if (given.length == 0) {
            return Optional.of("empty password");
        }
        if (given.length > GIVEN_BYTES_MAX) {
            return Optional.of("password longer than " + GIVEN_BYTES_MAX + " bytes");
        }
        for (byte b : given) {
            if (b < 0x20 || b == 0x7f) { // negative: beyond ASCII
                return Optional.of("password with a control character or beyond ASCII");
            }
        }
        return hasForm(given) ? Optional.empty() : Optional.of("not a password of ours by form");
    }

    private static boolean hasForm(byte[] given) {
        if (given.length != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            boolean between = i % (GROUP_CHARS + 1) == GROUP_CHARS;
            if (between ? given[i] != '-' : ALPHABET.indexOf(given[i]) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        Arrays.fill(ascii, (byte) 0);
    }

    @Override
    public String toString() {
        return "Password(" + LENGTH + " characters)";
    }
}
