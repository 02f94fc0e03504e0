package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The native ECDSA of TLS handshakes beside the JDK's. */
class HandshakeSignaturesTest {
    private static final byte[] MESSAGE = "what was said".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> ALGORITHMS =
            List.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA");
    private static final List<String> CURVES = List.of("secp256r1", "secp384r1", "secp521r1");

    private static ExecutorService handshakes;

    @BeforeAll
    static void install() {
        HandshakeSignatures.install();
        handshakes = Executors.newSingleThreadExecutor(HandshakeSignatures.THREADS);
    }

    @AfterAll
    static void stop() {
        handshakes.shutdownNow();
    }

    @Test
    void no_forged_or_misshapen_signature_is_good_for_it_that_the_jdk_refuses() throws Exception {
        KeyPair key = newKey("secp256r1");
        byte[] good = sign("SHA256withECDSA", key);
        assertThat(isGood("SHA256withECDSA", key.getPublic(), good)).isTrue();

        for (byte[] forged : forgeries(good, key)) {
            boolean isGoodForJdk = isGood("SHA256withECDSA", key.getPublic(), forged);
            boolean isGoodInHandshake =
                    inHandshake(() -> isGood("SHA256withECDSA", key.getPublic(), forged));

            assertThat(isGoodInHandshake)
                    .as(new BigInteger(1, forged).toString(16))
                    .isEqualTo(isGoodForJdk);
        }
    }

    @Test
    void of_another_key_or_message_a_signature_is_not_good() throws Exception {
        KeyPair key = newKey("secp256r1");
        byte[] others = sign("SHA256withECDSA", newKey("secp256r1"));
        byte[] otherHash = sign("SHA384withECDSA", key);

        assertThat(inHandshake(() -> isGood("SHA256withECDSA", key.getPublic(), others))).isFalse();
        assertThat(inHandshake(() -> isGood("SHA256withECDSA", key.getPublic(), otherHash)))
                .isFalse();
    }

    @Test
    void what_one_of_both_signs_is_good_for_the_other() throws Exception {
        for (String curve : CURVES) {
            KeyPair key = newKey(curve);
            for (String algorithm : ALGORITHMS) {
                byte[] byJdk = sign(algorithm, key);
                byte[] inHandshake = inHandshake(() -> sign(algorithm, key));

                assertThat(inHandshake(() -> isGood(algorithm, key.getPublic(), byJdk))).isTrue();
                assertThat(isGood(algorithm, key.getPublic(), inHandshake)).isTrue();
            }
        }
    }

    @Test
    void it_serves_the_threads_of_handshakes_and_the_jdk_all_others() throws Exception {
        KeyPair key = newKey("secp256r1");

        for (String algorithm : ALGORITHMS) {
            assertThat(provider(algorithm, key)).isEqualTo("SunEC");
            assertThat(inHandshake(() -> provider(algorithm, key)))
                    .isEqualTo(HandshakeSignatures.NAME);
        }
    }

    /** Each byte changed, and the corners of ECDSA and of its encoding. */
    private static List<byte[]> forgeries(byte[] good, KeyPair key) throws Exception {
        var forgeries = new ArrayList<byte[]>();
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 1;
            forgeries.add(changed);
            forgeries.add(java.util.Arrays.copyOf(good, i));
        }
        forgeries.add(java.util.Arrays.copyOf(good, good.length + 1));
        BigInteger order = ((ECPublicKey) key.getPublic()).getParams().getOrder();
        var parts = org.bouncycastle.asn1.ASN1Sequence.getInstance(good);
        BigInteger r = ASN1Integer.getInstance(parts.getObjectAt(0)).getValue();
        BigInteger s = ASN1Integer.getInstance(parts.getObjectAt(1)).getValue();
        BigInteger[] corners = {
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.ONE.negate(),
            order,
            order.subtract(BigInteger.ONE),
            order.add(BigInteger.ONE),
            r.add(order),
            s.add(order),
            s.negate(),
            order.subtract(s),
            BigInteger.ONE.shiftLeft(256),
            BigInteger.ONE.shiftLeft(600)
        };
        for (BigInteger corner : corners) {
            forgeries.add(encoded(corner, s));
            forgeries.add(encoded(r, corner));
            forgeries.add(encoded(corner, corner));
        }
        return forgeries;
    }

    private static byte[] encoded(BigInteger r, BigInteger s) throws java.io.IOException {
        return new DERSequence(
                        new org.bouncycastle.asn1.ASN1Encodable[] {
                            new ASN1Integer(r), new ASN1Integer(s)
                        })
                .getEncoded();
    }

    private static <T> T inHandshake(Callable<T> work) throws Exception {
        return handshakes.submit(work).get();
    }

    private static KeyPair newKey(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static String provider(String algorithm, KeyPair key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key.getPrivate());
        return signature.getProvider().getName();
    }

    private static byte[] sign(String algorithm, KeyPair key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key.getPrivate());
        signature.update(MESSAGE);
        return signature.sign();
    }

    private static boolean isGood(String algorithm, PublicKey key, byte[] signed)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initVerify(key);
        signature.update(MESSAGE);
        try {
            return signature.verify(signed);
        } catch (java.security.SignatureException e) {
            return false;
        }
    }
}
