package io.outrider.store;

import io.outrider.keys.Disk;
import io.outrider.keys.KeyMaterial;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.keys.KeyVault;
import io.outrider.keys.OperatorException;
import io.outrider.keys.PrivateDirectory;
import io.outrider.seal.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The backend's keys as the server has them, in a vault that opens at once. */
public final class TestKeys {
    private TestKeys() {}

    public static KeyMaterial in(Path directory) throws IOException, OperatorException {
        return KeyMaterial.openOrCreate(
                PrivateDirectory.openOrCreate(directory.resolve("keys"), Disk.REAL),
                new Vault(),
                new SecureRandom(),
                InstantSource.system());
    }

    /** AES-256-GCM under a key that everybody knows. */
    private static final class Vault implements KeyVault {
        private static final SecretKeySpec KEY = new SecretKeySpec(new byte[32], "AES");
        private final SecureRandom random = new SecureRandom();

        @Override
        public byte[] wrap(Secret secret, byte[] associatedData) throws KeyUnavailableException {
            byte[] nonce = new byte[12];
            random.nextBytes(nonce);
            byte[] plain = secret.exposeTo(byte[]::clone);
            byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, associatedData, plain);
            byte[] wrapped = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, wrapped, nonce.length, sealed.length);
            return wrapped;
        }

        @Override
        public Secret unwrap(byte[] wrapped, byte[] associatedData) throws KeyUnavailableException {
            byte[] nonce = Arrays.copyOf(wrapped, 12);
            byte[] sealed = Arrays.copyOfRange(wrapped, 12, wrapped.length);
            return Secret.owning(run(Cipher.DECRYPT_MODE, nonce, associatedData, sealed));
        }

        private static byte[] run(int mode, byte[] nonce, byte[] associatedData, byte[] input)
                throws KeyUnavailableException {
            try {
                Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(mode, KEY, new GCMParameterSpec(128, nonce));
                cipher.updateAAD(associatedData);
                return cipher.doFinal(input);
            } catch (GeneralSecurityException e) {
                throw new KeyUnavailableException("not wrapped here", e);
            }
        }
    }
}
