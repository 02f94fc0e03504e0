package io.outrider.cli;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/** A client's key of P-256, as PEM (RFC 7468) of PKCS #8 (RFC 5958). */
final class ClientKey {
    private static final Pattern PEM =
            Pattern.compile(
                    "\\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE"
                            + " KEY-----\\s*");

    private ClientKey() {}

    static KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is part of every JDK", e);
        }
    }

    /** The caller wipes it. */
    static byte[] format(KeyPair keys) {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded())
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads what {@link #format} wrote; the public key is computed from the private one.
     *
     * @throws GeneralSecurityException where it is anything else
     */
    static KeyPair parse(String text) throws GeneralSecurityException {
        var matcher = PEM.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidKeyException("not one private key in PEM");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(matcher.group(1));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("not base64", e);
        }
        var factory = KeyFactory.getInstance("EC");
        var privateKey = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(der));
        var reference = (ECPublicKey) generate().getPublic();
        if (!privateKey.getParams().getCurve().equals(reference.getParams().getCurve())) {
            throw new InvalidKeyException("not on the curve P-256");
        }
        return new KeyPair(
                factory.generatePublic(
                        new ECPublicKeySpec(point(privateKey.getS()), reference.getParams())),
                privateKey);
    }

    private static ECPoint point(BigInteger secret) {
        var point = CustomNamedCurves.getByName("P-256").getG().multiply(secret).normalize();
        return new ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
    }

    static String pem(String label, byte[] der) {
        byte[] newline = {'\n'};
        String body = Base64.getMimeEncoder(64, newline).encodeToString(der);
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body);
    }
}
