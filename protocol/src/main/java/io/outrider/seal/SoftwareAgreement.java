package io.outrider.seal;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.crypto.KeyAgreement;

/** An {@link Agreement} whose private key lies in this process. Safe for use by many threads. */
public final class SoftwareAgreement implements Agreement {
    private final SealingPublicKey publicKey;
    private final PrivateKey privateKey;

    private SoftwareAgreement(SealingPublicKey publicKey, PrivateKey privateKey) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    public static SoftwareAgreement generate(Suite suite, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm(suite));
            switch (suite) {
                case P256_HPKE -> generator.initialize(new ECGenParameterSpec("secp256r1"), random);
                case X25519_HPKE -> generator.initialize(255, random);
            }
            KeyPair pair = generator.generateKeyPair();
            return new SoftwareAgreement(
                    SealingPublicKey.of(suite, pair.getPublic()), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + suite, e);
        }
    }

    /**
     * The key that {@link #pkcs8} gave earlier.
     *
     * @throws IllegalArgumentException where the bytes are no private key of this suite
     */
    public static SoftwareAgreement of(SealingPublicKey publicKey, Secret pkcs8) {
        return pkcs8.exposeTo(encoded -> {
            try {
                return new SoftwareAgreement(
                        publicKey,
                        KeyFactory.getInstance(keyAlgorithm(publicKey.suite()))
                                .generatePrivate(new PKCS8EncodedKeySpec(encoded)));
            } catch (InvalidKeySpecException e) {
                throw new IllegalArgumentException("not a private key in PKCS #8", e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java lacks the suite", e);
            }
        });
    }

    static SoftwareAgreement of(SealingPublicKey publicKey, PrivateKey privateKey) {
        return new SoftwareAgreement(publicKey, privateKey);
    }

    /** The private key in PKCS #8, to be kept encrypted. */
    public Secret pkcs8() {
        return Secret.owning(privateKey.getEncoded());
    }

    @Override
    public SealingPublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Secret agree(byte[] peerPublicKey) throws Refusal {
        PublicKey peer = CurveKeys.publicKey(publicKey.suite(), peerPublicKey);
        try {
            KeyAgreement agreement = KeyAgreement.getInstance(agreementAlgorithm());
            agreement.init(privateKey);
            agreement.doPhase(peer, true);
            return Secret.owning(agreement.generateSecret());
        } catch (InvalidKeyException e) { // X25519: a point of small order
            throw new Refusal(Refusal.Reason.MALFORMED, "no agreement with this key", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks the agreement", e);
        }
    }

    private String agreementAlgorithm() {
        return switch (publicKey.suite()) {
            case P256_HPKE -> "ECDH";
            case X25519_HPKE -> "X25519";
        };
    }

    private static String keyAlgorithm(Suite suite) {
        return switch (suite) {
            case P256_HPKE -> "EC";
            case X25519_HPKE -> "X25519";
        };
    }
}
