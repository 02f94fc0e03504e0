package io.outrider.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An issuer of tokens for tests, which signs by the JDK whatever it is asked to, right or wrong,
 * and a verifier of ours that knows its keys.
 */
public final class TestTokens {
    static final String ISSUER = "https://login.example";
    public static final String AUDIENCE = "mqtts://broker.example";
    static final String HEADER = "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"JWT\"}";

    final HandClock clock = new HandClock();
    final KeyPair ec = keyPair("EC", new ECGenParameterSpec("secp256r1"));
    final KeyPair rsa = keyPair("RSA", 2048);
    final KeyPair ed = keyPair("Ed25519");
    final TokenIssuers issuers = issuers(Set.of(TokenAlgorithm.values()));

    private interface Signing {
        byte[] sign(byte[] input) throws GeneralSecurityException;
    }

    TokenIssuers issuers(Set<TokenAlgorithm> algorithms) {
        return issuers(new TokenIssuer(ISSUER, AUDIENCE, algorithms, source()));
    }

    TokenIssuers issuers(TokenIssuer... all) {
        return TokenIssuers.open(Arrays.asList(all), clock, _ -> {});
    }

    KeySource source() {
        KeySet keys = ((KeySet.Read.Good) KeySet.parse(jwks())).keys();
        return new KeySource.Given(() -> keys);
    }

    String jwks() {
        return "{\"keys\":[%s,%s,%s]}"
                .formatted(ecJwk("ec", ec), rsaJwk("rsa", rsa), edJwk("ed", ed));
    }

    public static String ecJwk(String kid, KeyPair key) {
        var point = ((ECPublicKey) key.getPublic()).getW();
        return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
                .formatted(
                        kid,
                        base64(fixed(point.getAffineX().toByteArray(), 32)),
                        base64(fixed(point.getAffineY().toByteArray(), 32)));
    }

    static String rsaJwk(String kid, KeyPair key) {
        var rsaKey = (RSAPublicKey) key.getPublic();
        int bytes = (rsaKey.getModulus().bitLength() + 7) / 8;
        return "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"AQAB\"}"
                .formatted(kid, base64(fixed(rsaKey.getModulus().toByteArray(), bytes)));
    }

    static String edJwk(String kid, KeyPair key) {
        byte[] encoded = key.getPublic().getEncoded();
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}"
                .formatted(kid, base64(Arrays.copyOfRange(encoded, 12, 44)));
    }

    /** Claims that are good now, and then these, as JSON; an empty one leaves the claim out. */
    String claims(Map<String, String> others) {
        long now = clock.instant().getEpochSecond();
        var all =
                new java.util.TreeMap<>(
                        Map.of(
                                "iss", '"' + ISSUER + '"',
                                "aud", '"' + AUDIENCE + '"',
                                "sub", "\"acme.truck-7\"",
                                "iat", "" + now,
                                "exp", "" + (now + 600)));
        all.putAll(others);
        return all.entrySet().stream()
                .filter(e -> !e.getValue().isEmpty())
                .map(e -> '"' + e.getKey() + "\":" + e.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    String good() {
        return es256(HEADER, claims(Map.of()));
    }

    String with(String claim, String json) {
        return es256(HEADER, claims(Map.of(claim, json)));
    }

    String es256(String header, String claims) {
        return es256(ec, header, claims);
    }

    public static String es256(KeyPair key, String header, String claims) {
        return token(header, claims, input -> sign("SHA256withECDSAinP1363Format", key, input));
    }

    String eddsa(String header, String claims) {
        return token(header, claims, input -> sign("Ed25519", ed, input));
    }

    String rs256(String header, String claims) {
        return token(header, claims, input -> sign("SHA256withRSA", rsa, input));
    }

    String ps256(String header, String claims) {
        return token(header, claims, input -> sign("RSASSA-PSS", rsa, input));
    }

    static String hs256(byte[] secret, String header, String claims) {
        return token(
                header,
                claims,
                input -> {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                    return mac.doFinal(input);
                });
    }

    static String unsigned(String header, String claims) {
        return base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8)) + ".";
    }

    TokenCheck check(String token) {
        return issuers.check(token, Optional.empty());
    }

    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public static KeyPair newEc() {
        return keyPair("EC", new ECGenParameterSpec("secp256r1"));
    }

    static KeyPair newRsa(int bits) {
        return keyPair("RSA", bits);
    }

    private static String token(String header, String claims, Signing signing) {
        String input = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
        try {
            return input + "." + base64(signing.sign(input.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] sign(String algorithm, KeyPair key, byte[] input)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        if (algorithm.toUpperCase(Locale.ROOT).contains("PSS")) {
            signature.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        signature.initSign(key.getPrivate());
        signature.update(input);
        return signature.sign();
    }

    private static KeyPair keyPair(String algorithm, Object... parameters) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            for (Object parameter : parameters) {
                if (parameter instanceof Integer bits) {
                    generator.initialize(bits);
                } else {
                    generator.initialize((ECGenParameterSpec) parameter);
                }
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Without the sign, with the zeros in front. */
    private static byte[] fixed(byte[] number, int length) {
        byte[] fixed = new byte[length];
        int take = Math.min(length, number.length);
        System.arraycopy(number, number.length - take, fixed, length - take, take);
        return fixed;
    }
}
