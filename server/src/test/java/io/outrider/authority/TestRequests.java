package io.outrider.authority;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/** Certificate requests, good and bad. */
final class TestRequests {
    private TestRequests() {}

    static KeyPair newKey(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String request(KeyPair pair) {
        return base64(der(pair.getPublic(), pair.getPrivate(), "SHA256withECDSA"));
    }

    static byte[] der(PublicKey key, PrivateKey signer, String algorithm) {
        return der(SubjectPublicKeyInfo.getInstance(key.getEncoded()), signer, algorithm);
    }

    static byte[] der(SubjectPublicKeyInfo key, PrivateKey signer, String algorithm) {
        try {
            var builder = new PKCS10CertificationRequestBuilder(new X500Name("CN=whatever"), key);
            return builder.build(new JcaContentSignerBuilder(algorithm).build(signer)).getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64(byte[] der) {
        return Base64.getMimeEncoder().encodeToString(der);
    }
}
