package io.outrider.dashboard;

import io.outrider.credential.Argon2id;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Argon2id (RFC 9106), as PHC strings. Safe for use by many threads, of which only a few get to
 * compute at a time: each computation takes the memory that makes guessing dear.
 */
final class Passwords {
    /** 64 MiB, three passes: the second recommended option of RFC 9106 section 4, on one lane. */
    static final Cost STANDARD = new Cost(64 * 1024, 3);

    private static final int SALT_BYTES = 16; // RFC 9106 section 3.1

    private final SecureRandom random = new SecureRandom();
    private final Argon2id argon2id;
    private final String hashOfNobody;
    private final Semaphore turns = new Semaphore(Limits.PASSWORD_CHECKS_AT_ONCE);

    /** What one computation takes. */
    record Cost(int memoryKib, int passes) {}

    /** Too many computations wait already. */
    static final class BusyException extends Exception {
        BusyException() {
            super("too many sign-ins at once");
        }
    }

    Passwords(Cost cost) {
        argon2id = new Argon2id(cost.memoryKib(), cost.passes());
        hashOfNobody = argon2id.hashOfNobody(random);
    }

    static boolean isLongEnough(char[] password) {
        int characters = Character.codePointCount(password, 0, password.length);
        return characters >= Limits.PASSWORD_CHARS_MIN && characters <= Limits.PASSWORD_CHARS_MAX;
    }

    /** A PHC string with its own random salt. */
    String hash(char[] password) throws BusyException {
        byte[] bytes = utf8(password);
        takeTurn();
        try {
            return argon2id.hash(bytes, salt());
        } finally {
            turns.release();
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** As slow for an account that does not exist as for one that does. */
    boolean matches(char[] password, Optional<String> hash) throws BusyException {
        String wanted = hash.orElse(hashOfNobody);
        byte[] bytes = utf8(password);
        takeTurn();
        try {
            return Argon2id.matches(bytes, wanted) && hash.isPresent();
        } finally {
            turns.release();
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    private void takeTurn() throws BusyException {
        try {
            if (!turns.tryAcquire(Limits.PASSWORD_CHECK_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BusyException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException();
        }
    }

    private static byte[] utf8(char[] characters) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        return bytes;
    }
}
