package io.outrider.strength;

import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/** Which RSA keys are believed: in a certificate, a request for one, or a set of keys. */
public final class Rsa {
    static final int BITS_MIN = 2_048;

    /** A longer one costs us more than it costs whoever shows it. */
    static final int BITS_MAX = 8_192;

    /**
     * FIPS 186-5, section 5.1. With 1, every message is its own signature; with 3, mistakes in
     * padding become forgeries.
     */
    private static final BigInteger EXPONENT_MIN = BigInteger.valueOf(65_537);

    private static final int EXPONENT_BITS_MAX = 32;

    private Rsa() {}

    /** Why not, beginning with {@code RSA}; empty where the key is strong enough. */
    public static Optional<String> objection(RSAPublicKey key) {
        BigInteger modulus = key.getModulus();
        BigInteger exponent = key.getPublicExponent();
        int bits = modulus.bitLength();
        if (bits < BITS_MIN || bits > BITS_MAX) {
            return Optional.of(
                    "RSA with %d bits; %d to %d are taken".formatted(bits, BITS_MIN, BITS_MAX));
        }
        if (exponent.compareTo(EXPONENT_MIN) < 0 || exponent.bitLength() > EXPONENT_BITS_MAX) {
            return Optional.of(
                    "RSA with a public exponent that is too small or too large; 65537 is usual");
        }
        if (!modulus.testBit(0) || !exponent.testBit(0)) {
            return Optional.of("RSA with an even modulus or public exponent");
        }
        return Roca.hasFingerprint(modulus)
                ? Optional.of("RSA of a generator that was broken (CVE-2017-15361)")
                : Optional.empty();
    }
}
