package io.outrider.keys;

import io.outrider.seal.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/**
 * The key (P-256, for ES256 of RFC 7518) that signs the tokens of our own issuer. Immutable and
 * safe for use by many threads.
 */
public final class TokenSigningKey {
    private static final String PURPOSE = "token";

    private final PublicKey publicKey;
    private final PrivateKey privateKey;

    private TokenSigningKey(PublicKey publicKey, PrivateKey privateKey) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    static TokenSigningKey openOrCreate(PrivateKeys keys, SecureRandom random)
            throws KeyUnavailableException {
        List<TokenSigningKey> stored = keys.all(PURPOSE, TokenSigningKey::of);
        return stored.isEmpty() ? create(keys, random) : stored.getLast();
    }

    private static TokenSigningKey of(byte[] spki, Secret pkcs8) throws KeyUnavailableException {
        byte[] encoded = pkcs8.exposeTo(byte[]::clone);
        try {
            var factory = KeyFactory.getInstance("EC");
            return new TokenSigningKey(
                    factory.generatePublic(new X509EncodedKeySpec(spki)),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new KeyUnavailableException("the key that signs tokens is damaged", e);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static TokenSigningKey create(PrivateKeys keys, SecureRandom random)
            throws KeyUnavailableException {
        KeyPair pair;
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is part of every JDK", e);
        }
        try (Secret pkcs8 = Secret.owning(pair.getPrivate().getEncoded())) {
            keys.add(PURPOSE, pair.getPublic().getEncoded(), pkcs8);
        }
        return new TokenSigningKey(pair.getPublic(), pair.getPrivate());
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /** For whoever signs tokens, and nobody else. */
    public PrivateKey privateKey() {
        return privateKey;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "TokenSigningKey(P-256)";
    }
}
