package io.outrider.credential;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** Whether a token was signed with a key, by an algorithm that fits the key. */
final class TokenSignature {
    private static final int ED25519_BYTES = 64;

    private TokenSignature() {}

    static boolean isRight(CompactToken token, TokenKey by) {
        try {
            return switch (token.algorithm()) {
                case ES256 -> verify(new ECDSAVerifier((ECPublicKey) by.key()), token);
                case RS256, PS256 -> verify(new RSASSAVerifier((RSAPublicKey) by.key()), token);
                case EDDSA -> ed25519(by.key(), token);
            };
        } catch (JOSEException | GeneralSecurityException e) {
            throw new IllegalStateException("a key that was checked when it was loaded", e);
        }
    }

    /** The header given is ours: the token's own was read strictly before, and once. */
    private static boolean verify(JWSVerifier verifier, CompactToken token) throws JOSEException {
        return verifier.verify(
                new JWSHeader(token.algorithm().jws()),
                token.signingInputBytes(),
                Base64URL.from(token.signature()));
    }

    /** By the JDK: the library would need Tink for it. */
    private static boolean ed25519(PublicKey key, CompactToken token)
            throws GeneralSecurityException {
        byte[] signature = token.signatureBytes();
        if (signature.length != ED25519_BYTES) {
            return false;
        }
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(token.signingInputBytes());
        try {
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // not even the form of one
        }
    }
}
