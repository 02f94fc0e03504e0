package io.outrider.strength;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Random;

/** RSA keys of 2048 bits as the library of CVE-2017-15361 made them; always the same. */
public final class RocaKeys {
    private static final BigInteger E = BigInteger.valueOf(65_537);

    private RocaKeys() {}

    public static KeyPair pair() {
        var random = new Random(15_361);
        while (true) {
            BigInteger p = prime(random);
            BigInteger q = prime(random);
            BigInteger order = p.subtract(BigInteger.ONE).multiply(q.subtract(BigInteger.ONE));
            if (p.multiply(q).bitLength() == 2_048 && order.gcd(E).equals(BigInteger.ONE)) {
                return pair(p, q, E.modInverse(order));
            }
        }
    }

    private static KeyPair pair(BigInteger p, BigInteger q, BigInteger d) {
        BigInteger modulus = p.multiply(q);
        var secret =
                new RSAPrivateCrtKeySpec(
                        modulus,
                        E,
                        d,
                        p,
                        q,
                        d.mod(p.subtract(BigInteger.ONE)),
                        d.mod(q.subtract(BigInteger.ONE)),
                        q.modInverse(p));
        try {
            var factory = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(modulus, E)),
                    factory.generatePrivate(secret));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** k·M + (65537^a mod M) of 1024 bits, M the product of the first 126 primes. */
    private static BigInteger prime(Random random) {
        BigInteger m = BigInteger.ONE;
        BigInteger next = BigInteger.ONE;
        for (int i = 0; i < 126; i++) {
            next = next.nextProbablePrime();
            m = m.multiply(next);
        }
        while (true) {
            BigInteger k = new BigInteger(1_025 - m.bitLength(), random);
            BigInteger power = E.modPow(new BigInteger(128, random), m);
            BigInteger candidate = k.multiply(m).add(power);
            if (candidate.bitLength() == 1_024 && candidate.isProbablePrime(64)) {
                return candidate;
            }
        }
    }
}
