package io.outrider.strength;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import org.junit.jupiter.api.Test;

class RocaTest {
    @Test
    void a_modulus_of_the_broken_library_is_recognised() {
        assertThat(Roca.hasFingerprint(((RSAPublicKey) RocaKeys.pair().getPublic()).getModulus()))
                .isTrue();
    }

    @Test
    void a_modulus_that_is_no_power_of_65537_modulo_one_prime_alone_is_not() {
        BigInteger broken = ((RSAPublicKey) RocaKeys.pair().getPublic()).getModulus();
        BigInteger one = BigInteger.valueOf(673); // 65537 has 6 powers modulo this
        BigInteger others = BigInteger.ONE;
        for (BigInteger p = BigInteger.TWO; p.intValue() <= 701; p = p.nextProbablePrime()) {
            others = p.equals(one) ? others : others.multiply(p);
        }

        // With this added the remainder modulo 673 is another, and modulo all others the same.
        int recognised = 0;
        for (int i = 0; i < 673; i++) {
            BigInteger changed = broken.add(others.multiply(BigInteger.valueOf(i)));
            recognised += Roca.hasFingerprint(changed) ? 1 : 0;
        }

        assertThat(recognised).isEqualTo(6);
    }

    @Test
    void keys_of_others_are_not_suspected() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        for (int i = 0; i < 3; i++) {
            var key = (RSAPublicKey) generator.generateKeyPair().getPublic();
            assertThat(Roca.hasFingerprint(key.getModulus())).isFalse();
        }
    }
}
