package io.outrider.store;

import io.outrider.keys.DataKeys;
import io.outrider.keys.KeyUnavailableException;
import io.outrider.seal.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what the database keeps: AES-256-GCM under the tracker's data key, a random nonce before
 * and the tag behind. For one thread.
 */
final class AtRest {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final DataKeys keys;
    private final SecureRandom random = new SecureRandom();
    private final Cipher cipher;

    AtRest(DataKeys keys) {
        this.keys = keys;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * What a sealed value is: bound into its tag, so that none can stand in another's place. The
     * numbers that follow it are those that find its row.
     */
    enum Use {
        SEGMENT(1),
        EPOCH_SECRET(2),
        REFUSED(3);

        private final byte code;

        Use(int code) {
            this.code = (byte) code;
        }

        byte[] of(long... place) {
            ByteBuffer bytes = ByteBuffer.allocate(1 + place.length * Long.BYTES);
            bytes.put(code);
            for (long number : place) {
                bytes.putLong(number);
            }
            return bytes.array();
        }
    }

    /**
     * What becomes of a write of a tracker whose data key cannot be had; empty where it can. Makes
     * the key where there never was one.
     */
    Optional<Outcome> outcomeWithoutKey(long enrolment) {
        try {
            Optional<Secret> key = keys.getOrCreate(enrolment);
            key.ifPresent(Secret::close);
            return key.isPresent() ? Optional.empty() : Optional.of(new Outcome.Erased());
        } catch (KeyUnavailableException e) {
            return Optional.of(new Outcome.Unavailable(String.valueOf(e.getMessage())));
        }
    }

    /**
     * @throws ErasedException where the tracker's key was destroyed
     */
    byte[] seal(long enrolment, byte[] associatedData, byte[] plaintext)
            throws KeyUnavailableException, ErasedException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = new byte[NONCE_BYTES + plaintext.length + TAG_BITS / 8];
        System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
        try (Secret key = keys.getOrCreate(enrolment).orElseThrow(ErasedException::new)) {
            cipher.init(Cipher.ENCRYPT_MODE, aes(key), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(associatedData);
            cipher.doFinal(plaintext, 0, plaintext.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to seal", e);
        }
    }

    /**
     * @throws ErasedException where the tracker's key was destroyed
     * @throws StoreException where the bytes are not what was sealed in this place
     */
    byte[] open(long enrolment, byte[] associatedData, byte[] sealed)
            throws KeyUnavailableException, ErasedException {
        if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
            throw new StoreException("a damaged row of tracker " + enrolment);
        }
        try (Secret key = keys.get(enrolment).orElseThrow(ErasedException::new)) {
            var nonce = new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES);
            cipher.init(Cipher.DECRYPT_MODE, aes(key), nonce);
            cipher.updateAAD(associatedData);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new StoreException("a damaged row of tracker " + enrolment, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to open", e);
        }
    }

    private static SecretKey aes(Secret key) {
        return key.exposeTo(bytes -> new SecretKeySpec(bytes, "AES"));
    }

    /** The tracker's data key was destroyed, and with it all that it sealed. */
    static final class ErasedException extends Exception {}
}
