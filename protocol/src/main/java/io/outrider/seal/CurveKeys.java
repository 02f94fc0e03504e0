package io.outrider.seal;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;

/**
 * Public keys between bytes and the JDK's types (RFC 9180, section 7.1.1): P-256 as an uncompressed
 * point of 65 bytes, X25519 as 32 bytes, least significant first.
 */
final class CurveKeys {
    static final ECParameterSpec P256 = p256();

    private static final int COORDINATE_BYTES = 32;
    private static final byte UNCOMPRESSED = 0x04;

    private CurveKeys() {}

    /** The key of these bytes, validated: a point of P-256 is on the curve. */
    static PublicKey publicKey(Suite suite, byte[] bytes) throws Refusal {
        if (bytes.length != suite.publicKeyBytes()) {
            throw Refusal.malformed("a key of " + bytes.length + " bytes");
        }
        return switch (suite) {
            case P256_HPKE -> p256Key(bytes);
            case X25519_HPKE -> x25519Key(bytes);
        };
    }

    static byte[] bytes(Suite suite, PublicKey key) {
        return switch (suite) {
            case P256_HPKE -> p256Bytes((ECPublicKey) key);
            case X25519_HPKE -> littleEndian(((XECPublicKey) key).getU());
        };
    }

    /** Whether signatures by this key are ES256 as version 1 means it. */
    static boolean isP256(PublicKey key) {
        return key instanceof ECKey ec
                && ec.getParams() != null
                && ec.getParams().getCurve().equals(P256.getCurve())
                && ec.getParams().getGenerator().equals(P256.getGenerator());
    }

    private static PublicKey p256Key(byte[] bytes) throws Refusal {
        if (bytes[0] != UNCOMPRESSED) {
            throw Refusal.malformed("not an uncompressed point");
        }
        var x = new BigInteger(1, bytes, 1, COORDINATE_BYTES);
        var y = new BigInteger(1, bytes, 1 + COORDINATE_BYTES, COORDINATE_BYTES);
        if (!isOnP256(x, y)) {
            throw Refusal.malformed("not a point of P-256");
        }
        return make("EC", new ECPublicKeySpec(new ECPoint(x, y), P256));
    }

    /** SP 800-56A, section 5.6.2.3.4; the cofactor is 1, so on the curve is in the group. */
    private static boolean isOnP256(BigInteger x, BigInteger y) {
        BigInteger p = ((ECFieldFp) P256.getCurve().getField()).getP();
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            return false;
        }
        BigInteger right =
                x.multiply(x).add(P256.getCurve().getA()).multiply(x).add(P256.getCurve().getB());
        return y.multiply(y).subtract(right).mod(p).signum() == 0;
    }

    private static PublicKey x25519Key(byte[] bytes) {
        byte[] u = reversed(bytes);
        u[0] &= 0x7f; // RFC 7748, section 5: the highest bit is not part of the number
        return make(
                "X25519", new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, u)));
    }

    private static PublicKey make(String algorithm, KeySpec spec) {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(spec);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + algorithm, e);
        }
    }

    private static byte[] p256Bytes(ECPublicKey key) {
        byte[] bytes = new byte[1 + 2 * COORDINATE_BYTES];
        bytes[0] = UNCOMPRESSED;
        byte[] x = littleEndian(key.getW().getAffineX());
        byte[] y = littleEndian(key.getW().getAffineY());
        System.arraycopy(reversed(x), 0, bytes, 1, COORDINATE_BYTES);
        System.arraycopy(reversed(y), 0, bytes, 1 + COORDINATE_BYTES, COORDINATE_BYTES);
        return bytes;
    }

    private static byte[] littleEndian(BigInteger number) {
        // toByteArray may be shorter, or one byte of sign longer
        return Arrays.copyOf(reversed(number.toByteArray()), COORDINATE_BYTES);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static ECParameterSpec p256() {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks P-256", e);
        }
    }
}
