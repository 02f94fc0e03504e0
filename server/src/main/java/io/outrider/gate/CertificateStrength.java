package io.outrider.gate;

import io.outrider.strength.Rsa;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate's key and signature are worth anything today. What is not listed is not.
 */
final class CertificateStrength {
    private static final List<ECParameterSpec> CURVES =
            List.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

    private static final String PSS = "RSASSA-PSS";
    private static final Set<String> DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");
    private static final Set<String> SIGNATURES =
            Set.of(
                    "SHA256WITHRSA",
                    "SHA384WITHRSA",
                    "SHA512WITHRSA",
                    "SHA256WITHECDSA",
                    "SHA384WITHECDSA",
                    "SHA512WITHECDSA",
                    "ED25519",
                    "ED448",
                    "EDDSA");

    private CertificateStrength() {}

    /** Why not; empty where the key is strong enough. */
    static Optional<String> objectionToKey(PublicKey key) {
        Optional<String> objection =
                switch (key) {
                    case RSAPublicKey rsa -> Rsa.objection(rsa);
                    case ECPublicKey ec ->
                            CURVES.stream().anyMatch(curve -> isSame(curve, ec.getParams()))
                                    ? Optional.empty()
                                    : Optional.of("on another curve than P-256, P-384 and P-521");
                    case EdECPublicKey _ -> Optional.empty();
                    default -> Optional.of("neither RSA nor on a curve");
                };
        return objection.map(why -> "has a key that is too weak: " + why);
    }

    /** Why not; empty where the signature is made with nothing that was broken. */
    static Optional<String> objectionToSignature(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        boolean isStrong =
                algorithm.equals(PSS)
                        ? isStrongPss(certificate.getSigAlgParams())
                        : SIGNATURES.contains(algorithm);
        return isStrong
                ? Optional.empty()
                : Optional.of("is signed with an algorithm that is not accepted (SHA-1, say)");
    }

    private static boolean isStrongPss(byte @Nullable [] encoded) {
        if (encoded == null) {
            return false; // the defaults of RFC 4055 are SHA-1
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(PSS);
            parameters.init(encoded);
            return DIGESTS.contains(
                    parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm());
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static boolean isSame(ECParameterSpec curve, ECParameterSpec other) {
        return curve.getCurve().equals(other.getCurve())
                && curve.getGenerator().equals(other.getGenerator())
                && curve.getOrder().equals(other.getOrder())
                && curve.getCofactor() == other.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has the curves of NIST", e);
        }
    }
}
