package io.outrider.seal;

import io.outrider.protocol.Vector;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** A key pair with its raw bytes, as vectors carry them. For P-256 also a signing key. */
final class TestKey {
    private final Suite suite;
    private final byte[] privateBytes;
    private final byte[] publicBytes;

    private TestKey(Suite suite, byte[] privateBytes, byte[] publicBytes) {
        this.suite = suite;
        this.privateBytes = privateBytes;
        this.publicBytes = publicBytes;
    }

    /** Always the same key for the same name. */
    static TestKey of(Suite suite, String name) {
        byte[] privateBytes = new byte[32];
        new FixedRandom(name).nextBytes(privateBytes);
        return new TestKey(suite, privateBytes, publicBytes(suite, privateBytes));
    }

    /** From the lines {@code NAME-private} and {@code NAME-public} of a vector. */
    static TestKey of(Suite suite, Vector vector, String name) {
        return new TestKey(suite, vector.bytes(name + "-private"), vector.bytes(name + "-public"));
    }

    static TestKey signing(String name) {
        return of(Suite.P256_HPKE, name);
    }

    byte[] privateBytes() {
        return privateBytes.clone();
    }

    byte[] publicBytes() {
        return publicBytes.clone();
    }

    SealingPublicKey sealingKey() throws Refusal {
        return SealingPublicKey.of(suite, publicBytes);
    }

    SoftwareAgreement agreement() throws Refusal {
        return SoftwareAgreement.of(sealingKey(), privateKey());
    }

    PublicKey publicKey() throws Refusal {
        return CurveKeys.publicKey(suite, publicBytes);
    }

    PrivateKey privateKey() {
        try {
            return switch (suite) {
                case P256_HPKE ->
                        KeyFactory.getInstance("EC")
                                .generatePrivate(
                                        new ECPrivateKeySpec(
                                                new BigInteger(1, privateBytes), CurveKeys.P256));
                case X25519_HPKE ->
                        KeyFactory.getInstance("X25519")
                                .generatePrivate(
                                        new XECPrivateKeySpec(
                                                NamedParameterSpec.X25519, privateBytes.clone()));
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] publicBytes(Suite suite, byte[] privateBytes) {
        return switch (suite) {
            case P256_HPKE ->
                    CustomNamedCurves.getByName("P-256")
                            .getG()
                            .multiply(new BigInteger(1, privateBytes))
                            .normalize()
                            .getEncoded(false);
            case X25519_HPKE -> {
                byte[] bytes = new byte[32];
                X25519.scalarMultBase(privateBytes, 0, bytes, 0);
                yield bytes;
            }
        };
    }
}
