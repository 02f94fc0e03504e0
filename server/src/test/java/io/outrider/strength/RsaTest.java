package io.outrider.strength;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RsaTest {
    private static final BigInteger E = BigInteger.valueOf(65_537);

    /** Odd, and of no generator: what it is made of is not asked for. */
    private static final BigInteger MODULUS = odd(2_048);

    @Test
    void shorter_and_longer_keys_than_the_limits_are_refused() {
        assertThat(objection(odd(2_047), E)).contains("RSA with 2047 bits; 2048 to 8192 are taken");
        assertThat(objection(odd(8_193), E)).contains("RSA with 8193 bits; 2048 to 8192 are taken");
        assertThat(objection(odd(2_048), E)).isEmpty();
        assertThat(objection(odd(8_192), E)).isEmpty();
    }

    @Test
    void smaller_larger_and_even_exponents_are_refused() {
        for (long exponent : new long[] {1, 2, 3, 17, 65_535, 1L << 32, (1L << 32) + 1}) {
            assertThat(objection(MODULUS, BigInteger.valueOf(exponent)).orElseThrow())
                    .contains("public exponent");
        }
        assertThat(objection(MODULUS, BigInteger.valueOf(65_538)).orElseThrow()).contains("even");
        assertThat(objection(MODULUS.subtract(BigInteger.ONE), E).orElseThrow()).contains("even");
        assertThat(objection(MODULUS, E)).isEmpty();
        assertThat(objection(MODULUS, BigInteger.valueOf((1L << 32) - 1))).isEmpty();
    }

    @Test
    void keys_of_the_broken_library_are_refused_and_those_of_the_jdk_are_not() throws Exception {
        assertThat(Rsa.objection((RSAPublicKey) RocaKeys.pair().getPublic()).orElseThrow())
                .contains("CVE-2017-15361");
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        assertThat(Rsa.objection((RSAPublicKey) generator.generateKeyPair().getPublic())).isEmpty();
    }

    /** The JDK's own keys are never as weak as this. */
    private record Bare(BigInteger modulus, BigInteger exponent) implements RSAPublicKey {
        @Override
        public BigInteger getModulus() {
            return modulus;
        }

        @Override
        public BigInteger getPublicExponent() {
            return exponent;
        }

        @Override
        public String getAlgorithm() {
            return "RSA";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }

    private static Optional<String> objection(BigInteger modulus, BigInteger exponent) {
        return Rsa.objection(new Bare(modulus, exponent));
    }

    private static BigInteger odd(int bits) {
        return new BigInteger(bits, new Random(bits)).setBit(bits - 1).setBit(0);
    }
}
