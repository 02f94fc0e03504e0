package io.outrider.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A module that holds the private key may be careless about what it is given; we are not. */
class HardwareAgreementTest {
    /** A module that counts its uses, and computes whatever it is asked to. */
    private record Careless(SealingPublicKey publicKey, AtomicInteger uses) implements Agreement {
        @Override
        public Secret agree(byte[] peerPublicKey) {
            uses.incrementAndGet();
            return Secret.owning(new byte[32]);
        }
    }

    @Test
    void a_point_off_the_curve_never_reaches_the_module() throws Refusal {
        TestKey key = TestKey.of(Suite.P256_HPKE, "sealing key");
        var module = new Careless(key.sealingKey(), new AtomicInteger());
        byte[] offCurve = key.publicBytes();
        offCurve[64] ^= 1;

        assertMalformed(module, offCurve);
        assertThat(module.uses).hasValue(0);
    }

    @Test
    void an_all_zero_result_is_refused() throws Refusal {
        TestKey key = TestKey.of(Suite.X25519_HPKE, "sealing key");
        var module = new Careless(key.sealingKey(), new AtomicInteger());

        assertMalformed(module, new byte[32]);
        assertThat(module.uses).hasValue(1);
    }

    private static void assertMalformed(Agreement module, byte[] encapsulation) {
        var hpke = new Hpke(module.publicKey().suite(), Hpke.AEAD_EXPORT_ONLY);
        assertThatThrownBy(() -> hpke.exporterSecret(encapsulation, module, new byte[0]))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal ->
                                assertThat(refusal.reason()).isEqualTo(Refusal.Reason.MALFORMED));
    }
}
