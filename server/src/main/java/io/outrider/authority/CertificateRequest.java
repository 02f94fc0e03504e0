package io.outrider.authority;

import io.outrider.strength.Rsa;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * A request for a certificate (PKCS #10, RFC 2986) whose sender has the private key. Of what it
 * asks for only the key is taken: name, extensions and validity are ours to say.
 */
final class CertificateRequest {
    private static final Set<ASN1ObjectIdentifier> SIGNATURES =
            Set.of(
                    X9ObjectIdentifiers.ecdsa_with_SHA256,
                    X9ObjectIdentifiers.ecdsa_with_SHA384,
                    X9ObjectIdentifiers.ecdsa_with_SHA512);

    private static final Set<ASN1ObjectIdentifier> RSA_SIGNATURES =
            Set.of(
                    PKCSObjectIdentifiers.sha256WithRSAEncryption,
                    PKCSObjectIdentifiers.sha384WithRSAEncryption,
                    PKCSObjectIdentifiers.sha512WithRSAEncryption);

    private static final int TEXT_CHARS_MAX = 16_384;
    private static final Pattern PEM_LINE =
            Pattern.compile("-----(BEGIN|END) (NEW )?CERTIFICATE REQUEST-----");

    private CertificateRequest() {}

    /**
     * The key that a certificate is asked for.
     *
     * @param base64 DER in base64, line ends and spaces allowed (RFC 8951, section 3.1)
     */
    static PublicKey publicKey(String base64) throws RequestRefusedException {
        PKCS10CertificationRequest request = parse(base64);
        SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
        PublicKey key = p256Key(info);
        if (!SIGNATURES.contains(request.getSignatureAlgorithm().getAlgorithm())) {
            throw new RequestRefusedException("sign the request with ECDSA and SHA-256");
        }
        requireSignature(request, key);
        return key;
    }

    /**
     * The key that a client's certificate is asked for: P-256, or RSA of 2,048 to 8,192 bits.
     *
     * @param text PEM (RFC 7468), or DER in base64
     */
    static PublicKey clientKey(String text) throws RequestRefusedException {
        if (text.length() > TEXT_CHARS_MAX) {
            throw new RequestRefusedException("the request is too long");
        }
        PKCS10CertificationRequest request = parse(PEM_LINE.matcher(text).replaceAll(""));
        SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
        boolean isRsa =
                info.getAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption);
        PublicKey key = isRsa ? rsaKey(info) : p256Key(info);
        Set<ASN1ObjectIdentifier> signatures = isRsa ? RSA_SIGNATURES : SIGNATURES;
        if (!signatures.contains(request.getSignatureAlgorithm().getAlgorithm())) {
            throw new RequestRefusedException("sign the request with SHA-256");
        }
        requireSignature(request, key);
        return key;
    }

    private static PublicKey rsaKey(SubjectPublicKeyInfo info) throws RequestRefusedException {
        try {
            PublicKey key =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            // One form for one key, as above.
            if (!Arrays.equals(key.getEncoded(), info.getEncoded())) {
                throw new RequestRefusedException("the key is not written in the usual form");
            }
            Optional<String> objection = Rsa.objection((RSAPublicKey) key);
            if (objection.isPresent()) {
                throw new RequestRefusedException("the key is too weak: " + objection.get());
            }
            return key;
        } catch (IOException | GeneralSecurityException e) {
            throw new RequestRefusedException("the key is not an RSA key", e);
        }
    }

    private static PKCS10CertificationRequest parse(String base64) throws RequestRefusedException {
        try {
            byte[] der = Base64.getDecoder().decode(base64.replaceAll("[ \t\r\n]", ""));
            var request = new PKCS10CertificationRequest(der);
            if (Arrays.equals(request.getEncoded(), der)) {
                return request;
            }
        } catch (IOException | RuntimeException e) {
            // Of any kind: Bouncy Castle says in several ways that bytes are not its own.
            throw new RequestRefusedException("the body is not base64 of a PKCS #10 request", e);
        }
        throw new RequestRefusedException("the body is not one PKCS #10 request in DER");
    }

    private static PublicKey p256Key(SubjectPublicKeyInfo info) throws RequestRefusedException {
        var algorithm = info.getAlgorithm();
        if (!algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                || !SECObjectIdentifiers.secp256r1.equals(algorithm.getParameters())) {
            throw new RequestRefusedException("the key has to be of the curve P-256 (prime256v1)");
        }
        try {
            // Unlike the JDK, this looks whether the point is on the curve.
            if (!(PublicKeyFactory.createKey(info) instanceof ECPublicKeyParameters)) {
                throw new RequestRefusedException("the key is not a point of P-256");
            }
            PublicKey key =
                    KeyFactory.getInstance("EC")
                            .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            // One form for one key: else it could be enrolled twice under two digests.
            if (!Arrays.equals(key.getEncoded(), info.getEncoded())) {
                throw new RequestRefusedException("write the key as an uncompressed point");
            }
            return key;
        } catch (IllegalArgumentException | IOException | GeneralSecurityException e) {
            throw new RequestRefusedException("the key is not a point of P-256", e);
        }
    }

    private static void requireSignature(PKCS10CertificationRequest request, PublicKey key)
            throws RequestRefusedException {
        try {
            var verifier = new JcaContentVerifierProviderBuilder().build(key);
            if (!request.isSignatureValid(verifier)) {
                throw new RequestRefusedException("the request is not signed by its own key");
            }
        } catch (OperatorCreationException | PKCSException | RuntimeOperatorException e) {
            // The last where the signature has not even the form of one.
            throw new RequestRefusedException("the request is not signed by its own key", e);
        }
    }
}
