package io.outrider.strength;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The fingerprint of RSA keys that a flawed library of smart cards and TPMs has made
 * (CVE-2017-15361, "ROCA"; Nemec et al., CCS 2017, section 3): their primes are k·M + (65537^a mod
 * M), M a product of small primes, so that the modulus is a power of 65537 modulo each of those.
 * Whoever has the public key can find the private one.
 */
final class Roca {
    /** Those in M for keys of 2048 bits; M for longer keys has these, too. */
    private static final int PRIME_MAX = 701;

    private static final BigInteger GENERATOR = BigInteger.valueOf(65_537);

    /**
     * @param order of the powers of 65537: modulo a prime, nothing else has one that divides it
     */
    private record Field(BigInteger prime, BigInteger order) {
        static Field of(int prime) {
            BigInteger p = BigInteger.valueOf(prime);
            int order = 1;
            BigInteger power = GENERATOR.mod(p);
            while (!power.equals(BigInteger.ONE)) {
                power = power.multiply(GENERATOR).mod(p);
                order++;
            }
            return new Field(p, BigInteger.valueOf(order));
        }

        boolean hasPower(BigInteger modulus) {
            return modulus.modPow(order, prime).equals(BigInteger.ONE);
        }
    }

    private static final List<Field> FIELDS =
            IntStream.rangeClosed(3, PRIME_MAX)
                    .filter(n -> BigInteger.valueOf(n).isProbablePrime(64))
                    .mapToObj(Field::of)
                    .toList();

    private Roca() {}

    /** Of keys that others have made, one in 2^167 looks like this. */
    static boolean hasFingerprint(BigInteger modulus) {
        return FIELDS.stream().allMatch(field -> field.hasPower(modulus));
    }
}
