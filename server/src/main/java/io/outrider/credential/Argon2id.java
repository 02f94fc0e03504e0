package io.outrider.credential;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Argon2id (RFC 9106) on one lane, as PHC strings. Bounds neither how many compute at once nor the
 * cost of a stored hash: callers do.
 *
 * @param memoryKib what one computation occupies
 * @param passes over that memory
 */
public record Argon2id(int memoryKib, int passes) {
    /**
     * 4 MiB once. Our passwords have 140 bits: nobody tries them all at any price, so the price
     * bounds what a stranger's wrong guess costs us (docs/decisions.md).
     */
    static final Argon2id STANDARD = new Argon2id(4 * 1024, 1);

    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16; // RFC 9106 section 3.1

    /** The costs that we would compute for a stored hash: at most 64 MiB, three times. */
    private static final Pattern BOUNDED =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=(\\d{1,5}),t=([1-3]),p=1"
                            + "\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");

    private static final int MEMORY_KIB_MIN = 8; // RFC 9106 section 3.1
    private static final int MEMORY_KIB_MAX = 64 * 1024;

    /** A PHC string. Allocates {@code memoryKib} for as long as it computes. */
    public String hash(byte[] password, byte[] salt) {
        return Argon2Function.getInstance(memoryKib, passes, 1, HASH_BYTES, Argon2.ID)
                .hash(password, salt)
                .getResult();
    }

    /**
     * A PHC string that no password was hashed to, to be compared where a name does not exist.
     * Costs nothing to make and as much to compare as any.
     */
    public String hashOfNobody(SecureRandom random) {
        return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"
                .formatted(
                        memoryKib, passes, base64(random, SALT_BYTES), base64(random, HASH_BYTES));
    }

    private static String base64(SecureRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    static boolean isBounded(String phc) {
        var matcher = BOUNDED.matcher(phc);
        if (!matcher.matches()) {
            return false;
        }
        int memoryKib = Integer.parseInt(matcher.group(1));
        return memoryKib >= MEMORY_KIB_MIN && memoryKib <= MEMORY_KIB_MAX;
    }

    /** With the cost that the PHC string names. Compares in constant time. */
    public static boolean matches(byte[] password, String phc) {
        return Argon2Function.getInstanceFromHash(phc)
                .check(password, phc.getBytes(StandardCharsets.US_ASCII));
    }
}
