package io.outrider.keys;

import io.outrider.seal.AnnounceRequest;
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
 * The key (P-256) that signs what the backend tells trackers to do; no broker has it. Immutable and
 * safe for use by many threads.
 */
public final class CommandKey {
    private static final String PURPOSE = "command";

    private final PublicKey publicKey;
    private final PrivateKey privateKey;
    private final SecureRandom random;

    private CommandKey(PublicKey publicKey, PrivateKey privateKey, SecureRandom random) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
        this.random = random;
    }

    static CommandKey openOrCreate(PrivateKeys keys, SecureRandom random)
            throws KeyUnavailableException {
        List<CommandKey> stored = keys.all(PURPOSE, (spki, pkcs8) -> of(spki, pkcs8, random));
        return stored.isEmpty() ? create(keys, random) : stored.getLast();
    }

    private static CommandKey of(byte[] spki, Secret pkcs8, SecureRandom random)
            throws KeyUnavailableException {
        byte[] encoded = pkcs8.exposeTo(byte[]::clone);
        try {
            var factory = KeyFactory.getInstance("EC");
            return new CommandKey(
                    factory.generatePublic(new X509EncodedKeySpec(spki)),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(encoded)),
                    random);
        } catch (GeneralSecurityException e) {
            throw new KeyUnavailableException("the command key is damaged", e);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static CommandKey create(PrivateKeys keys, SecureRandom random)
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
        return new CommandKey(pair.getPublic(), pair.getPrivate(), random);
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /** The signed request, as it goes to the tracker. */
    public byte[] sign(AnnounceRequest request) {
        return request.sign(privateKey, random);
    }
}
