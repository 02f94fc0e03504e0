package io.outrider.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256, by the JDK's PBKDF2: written apart from the server's. */
public final class ScramClient {
    private final String name;
    private final String password;
    private final String header;
    private String expectedServerFinal = "";

    public ScramClient(String name, Password password, String header) {
        this(name, password.<String>exposeTo(text -> text), header);
    }

    public ScramClient(String name, String password, String header) {
        this.name = name;
        this.password = password;
        this.header = header;
    }

    public String first() {
        return header + bare();
    }

    public String last(String serverFirst) {
        String[] parts = serverFirst.split(",", -1);
        byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
        int iterations = Integer.parseInt(parts[2].substring(2));
        String withoutProof = "c=" + base64(header.getBytes(US_ASCII)) + "," + parts[0];
        String authMessage = bare() + "," + serverFirst + "," + withoutProof;
        try {
            byte[] salted = pbkdf2(password, salt, iterations);
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] proof = hmac(storedKey, authMessage);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expectedServerFinal = "v=" + base64(hmac(hmac(salted, "Server Key"), authMessage));
            return withoutProof + ",p=" + base64(proof);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public String expectedServerFinal() {
        return expectedServerFinal;
    }

    private String bare() {
        return "n=" + name + ",r=fyko+d2lbbFgONRv9qkxdawL";
    }

    private static byte[] pbkdf2(String password, byte[] salt, int iterations) {
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(US_ASCII));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
