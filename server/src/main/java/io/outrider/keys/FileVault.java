package io.outrider.keys;

import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A vault in a file: numbered key-encryption keys (AES-256), themselves encrypted under a key that
 * PBKDF2 (RFC 8018) makes from a passphrase. The file is text, one line for the derivation and one
 * for each key. Immutable and safe for use by many threads.
 *
 * <p>Wrapped = version of the format (1 byte), number of the key (4 bytes), IV (12 bytes, random),
 * AES-256-GCM ciphertext and tag; the first five bytes are authenticated with the associated data.
 */
public final class FileVault implements KeyVault {
    /** OWASP's figure of 2023 for PBKDF2-HMAC-SHA-256; fewer are refused. */
    private static final int ITERATIONS = 600_000;

    /** More would be a way to keep the server from starting. */
    private static final int ITERATIONS_MAX = 20_000_000;

    private static final int SECRET_BYTES_MAX = 4_096;
    private static final byte FORMAT = 1;
    private static final int HEADER_BYTES = 5;
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final Pattern FILE =
            Pattern.compile(
                    "outrider-vault 1\nkdf pbkdf2-hmac-sha256 (\\d{1,9}) ([\\w+/=]{24})\n"
                            + "((?:kek \\d{1,9} [\\w+/=]{88}\n)+)");
    private static final Pattern KEK_LINE = Pattern.compile("kek (\\d+) (\\S+)\n");

    private final Map<Integer, SecretKey> keys;
    private final int newest;
    private final SecureRandom random;

    private FileVault(Map<Integer, SecretKey> keys, SecureRandom random) {
        this.keys = Map.copyOf(keys);
        this.newest = Collections.max(keys.keySet());
        this.random = random;
    }

    /**
     * Opens the vault's file, made with one new key where there is none. Takes a good part of a
     * second of CPU, on purpose.
     *
     * @throws OperatorException where the passphrase is wrong or the file damaged
     */
    public static FileVault openOrCreate(
            PrivateDirectory directory, String name, Secret passphrase, SecureRandom random)
            throws IOException, OperatorException {
        var content = directory.read(name);
        if (content.isPresent()) {
            return open(directory.resolve(name).toString(), content.get(), passphrase, random);
        }
        byte[] salt = randomBytes(random, 16);
        byte[] kek = randomBytes(random, 32);
        SecretKey byPassphrase = derive(passphrase, salt, ITERATIONS);
        byte[] wrapped = encrypt(byPassphrase, 1, kek, kekAssociatedData(1), random);
        String text =
                "outrider-vault 1\nkdf pbkdf2-hmac-sha256 %d %s\nkek 1 %s\n"
                        .formatted(
                                ITERATIONS,
                                Base64.getEncoder().encodeToString(salt),
                                Base64.getEncoder().encodeToString(wrapped));
        directory.write(name, text.getBytes(StandardCharsets.US_ASCII));
        return new FileVault(Map.of(1, aesKey(kek)), random);
    }

    private static FileVault open(
            String file, byte[] content, Secret passphrase, SecureRandom random)
            throws OperatorException {
        Matcher text = FILE.matcher(new String(content, StandardCharsets.US_ASCII));
        int iterations = text.matches() ? Integer.parseInt(text.group(1)) : 0;
        if (iterations < ITERATIONS || iterations > ITERATIONS_MAX) {
            throw damaged(file);
        }
        var keys = new HashMap<Integer, SecretKey>();
        try {
            byte[] salt = Base64.getDecoder().decode(text.group(2));
            SecretKey byPassphrase = derive(passphrase, salt, iterations);
            Matcher line = KEK_LINE.matcher(text.group(3));
            while (line.find()) {
                int version = Integer.parseInt(line.group(1));
                byte[] wrapped = Base64.getDecoder().decode(line.group(2));
                byte[] kek = decrypt(byPassphrase, wrapped, kekAssociatedData(version));
                keys.put(version, aesKey(kek));
            }
        } catch (AEADBadTagException e) {
            throw new OperatorException(
                    "the passphrase does not open " + file,
                    "Give the passphrase that this directory was made with.",
                    e);
        } catch (IllegalArgumentException e) {
            throw damaged(file);
        }
        return new FileVault(keys, random);
    }

    private static OperatorException damaged(String file) {
        return new OperatorException(file + " is damaged", "Restore it from your backup.");
    }

    @Override
    public byte[] wrap(Secret secret, byte[] associatedData) {
        if (secret.length() < 1 || secret.length() > SECRET_BYTES_MAX) {
            throw new IllegalArgumentException("not 1 to 4096 bytes: " + secret.length());
        }
        SecretKey key = keyOf(newest);
        return secret.exposeTo(bytes -> encrypt(key, newest, bytes, associatedData, random));
    }

    @Override
    public Secret unwrap(byte[] wrapped, byte[] associatedData) throws KeyUnavailableException {
        if (wrapped.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || wrapped[0] != FORMAT) {
            throw new KeyUnavailableException("a wrapped key is damaged");
        }
        int version = ByteBuffer.wrap(wrapped).getInt(1);
        if (!keys.containsKey(version)) {
            throw new KeyUnavailableException("the vault has no key of version " + version);
        }
        try {
            return Secret.owning(decrypt(keyOf(version), wrapped, associatedData));
        } catch (AEADBadTagException e) {
            throw new KeyUnavailableException(
                    "a wrapped key is damaged or belongs to another vault", e);
        }
    }

    private SecretKey keyOf(int version) {
        SecretKey key = keys.get(version);
        if (key == null) {
            throw new IllegalStateException("no key of version " + version);
        }
        return key;
    }

    private static SecretKey derive(Secret passphrase, byte[] salt, int iterations) {
        char[] characters =
                passphrase.exposeTo(
                        bytes -> new String(bytes, StandardCharsets.UTF_8).toCharArray());
        var parameters = new PBEKeySpec(characters, salt, iterations, 256);
        try {
            var derivation = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
            return aesKey(derivation.generateSecret(parameters).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PBKDF2 is part of every JDK", e);
        } finally {
            parameters.clearPassword();
            Arrays.fill(characters, ' ');
        }
    }

    private static byte[] encrypt(
            SecretKey key, int version, byte[] plain, byte[] associatedData, SecureRandom random) {
        byte[] header = ByteBuffer.allocate(HEADER_BYTES).put(FORMAT).putInt(version).array();
        byte[] iv = randomBytes(random, IV_BYTES);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, iv, header, associatedData);
            byte[] encrypted = cipher.doFinal(plain);
            return ByteBuffer.allocate(HEADER_BYTES + IV_BYTES + encrypted.length)
                    .put(header)
                    .put(iv)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }

    private static byte[] decrypt(SecretKey key, byte[] wrapped, byte[] associatedData)
            throws AEADBadTagException {
        byte[] header = Arrays.copyOf(wrapped, HEADER_BYTES);
        int start = HEADER_BYTES + IV_BYTES;
        byte[] iv = Arrays.copyOfRange(wrapped, HEADER_BYTES, start);
        try {
            return cipher(Cipher.DECRYPT_MODE, key, iv, header, associatedData)
                    .doFinal(wrapped, start, wrapped.length - start);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }

    private static Cipher cipher(
            int mode, SecretKey key, byte[] iv, byte[] header, byte[] associatedData)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, iv));
        cipher.updateAAD(header);
        cipher.updateAAD(associatedData);
        return cipher;
    }

    private static byte[] kekAssociatedData(int version) {
        return ("outrider kek " + version).getBytes(StandardCharsets.US_ASCII);
    }

    private static SecretKey aesKey(byte[] bytes) {
        return new SecretKeySpec(bytes, "AES");
    }

    private static byte[] randomBytes(SecureRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        return "FileVault(" + keys.size() + " keys)";
    }
}
