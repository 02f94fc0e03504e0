package io.outrider.credential;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.outrider.strength.Rsa;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** One JWK (RFC 7517, RFC 7518 section 6, RFC 8037), with the checks that make it safe. Pure. */
final class JwkReader {
    private static final int ID_CHARS_MAX = 256;
    private static final List<String> PRIVATE_MEMBERS = List.of("d", "p", "q", "k");

    /** RFC 8410: SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key. */
    private static final byte[] ED25519_HEADER =
            HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int ED25519_BYTES = 32;

    private JwkReader() {}

    sealed interface Read {
        record Usable(TokenKey key) implements Read {}

        /** A key for something else. */
        record NotOurs() implements Read {}

        /** A key that must not be believed. */
        record Refused(String why) implements Read {}
    }

    static Read read(JsonNode jwk) {
        String keyType = StrictJson.text(jwk, "kty").orElse("");
        Optional<String> algorithm = StrictJson.text(jwk, "alg");
        boolean ours =
                List.of("EC", "OKP", "RSA").contains(keyType)
                        && StrictJson.text(jwk, "use").orElse("sig").equals("sig")
                        && mayVerify(jwk)
                        && algorithm.map(a -> TokenAlgorithm.parse(a).isPresent()).orElse(true);
        if (!ours) {
            return new Read.NotOurs();
        }
        Optional<String> id = StrictJson.text(jwk, "kid");
        if (id.isPresent() && id.get().length() > ID_CHARS_MAX) {
            return new Read.Refused("a key whose kid is longer than " + ID_CHARS_MAX);
        }
        String name = "key " + id.map(Shown::of).orElse("without a kid");
        if (PRIVATE_MEMBERS.stream().anyMatch(jwk::has)) {
            return new Read.Refused(name + ": its private part is in the set, so it is no secret");
        }
        try {
            Optional<PublicKey> key = key(keyType, jwk);
            Optional<String> objection = key.flatMap(JwkReader::objection);
            return objection.isPresent()
                    ? new Read.Refused(name + ": " + objection.get())
                    : key.<Read>map(its ->
                                    new Read.Usable(new TokenKey(id, keyType, its, algorithm)))
                            .orElseGet(Read.NotOurs::new);
        } catch (ParseException
                | JOSEException
                | GeneralSecurityException
                | IllegalArgumentException e) {
            // Off the curve, not base64, too short: the library says it in many ways.
            return new Read.Refused(name + ": " + Shown.of(String.valueOf(e.getMessage())));
        }
    }

    private static boolean mayVerify(JsonNode jwk) {
        JsonNode operations = jwk.path("key_ops");
        return operations.isMissingNode()
                || operations.valueStream().anyMatch(o -> o.asString("").equals("verify"));
    }

    /** Empty for a curve that none of our algorithms uses. */
    private static Optional<PublicKey> key(String keyType, JsonNode jwk)
            throws ParseException, JOSEException, GeneralSecurityException {
        String curve = StrictJson.text(jwk, "crv").orElse("");
        return switch (keyType) {
            case "EC" ->
                    curve.equals(Curve.P_256.getName())
                            ? Optional.of(ECKey.parse(jwk.toString()).toECPublicKey())
                            : Optional.empty();
            case "OKP" ->
                    curve.equals(Curve.Ed25519.getName())
                            ? Optional.of(ed25519(OctetKeyPair.parse(jwk.toString())))
                            : Optional.empty();
            default -> Optional.of(RSAKey.parse(jwk.toString()).toRSAPublicKey());
        };
    }

    private static PublicKey ed25519(OctetKeyPair pair) throws GeneralSecurityException {
        byte[] x = pair.getDecodedX();
        if (x.length != ED25519_BYTES) {
            throw new IllegalArgumentException("not 32 bytes");
        }
        byte[] encoded = new byte[ED25519_HEADER.length + x.length];
        System.arraycopy(ED25519_HEADER, 0, encoded, 0, ED25519_HEADER.length);
        System.arraycopy(x, 0, encoded, ED25519_HEADER.length, x.length);
        PublicKey key =
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        Signature.getInstance("Ed25519").initVerify(key); // throws where it is off the curve
        return key;
    }

    private static Optional<String> objection(PublicKey key) {
        return key instanceof RSAPublicKey rsa ? Rsa.objection(rsa) : Optional.empty();
    }
}
