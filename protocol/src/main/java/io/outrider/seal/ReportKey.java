package io.outrider.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key and base IV under which a tracker's reports of one epoch are sealed (docs/protocol.md,
 * sections 6 and 8). Safe for use by many threads until closed.
 */
final class ReportKey implements AutoCloseable {
    private static final int VERSION = 1;
    private static final int DIRECTION_UP = 0;
    private static final String CHANNEL = "report";
    private static final int KEY_BYTES = 32;
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 8 * SealedReport.TAG_BYTES;

    /** One a thread, for finding it in the providers costs as much as opening a report. */
    private static final ThreadLocal<Cipher> OPENING = ThreadLocal.withInitial(ReportKey::aesGcm);

    private final Secret keyAndIv;
    private final byte[] associatedData;
    private final int epochLowByte;

    ReportKey(
            Secret epochSecret,
            String fleet,
            String tracker,
            Suite suite,
            long epochNumber,
            long epochId) {
        this.epochLowByte = (int) (epochNumber & 0xff);
        this.associatedData = associatedData(fleet, tracker, epochId);
        byte[] salt = ByteBuffer.allocate(Long.BYTES).putLong(epochId).array();
        try (Secret prk = epochSecret.exposeTo(secret -> Hkdf.extract(salt, secret))) {
            this.keyAndIv = Hkdf.expand(prk, info(fleet, tracker, suite), KEY_BYTES + IV_BYTES);
        }
    }

    /** A nonce must not repeat: the caller never gives one counter with two plaintexts. */
    SealedReport seal(int counter, byte[] plaintext) {
        try {
            // Its own, for one that is used again refuses a nonce that it has just seen.
            Cipher cipher = aesGcm();
            begin(cipher, Cipher.ENCRYPT_MODE, counter);
            return new SealedReport(epochLowByte, counter, cipher.doFinal(plaintext));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    byte[] open(SealedReport report) throws Refusal {
        if (report.epochLowByte() != epochLowByte) {
            throw Refusal.forged("of another epoch");
        }
        try {
            Cipher cipher = OPENING.get();
            begin(cipher, Cipher.DECRYPT_MODE, report.counter());
            return cipher.doFinal(report.ciphertext());
        } catch (AEADBadTagException e) {
            throw new Refusal(Refusal.Reason.FORGED, "not sealed in this epoch", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot open", e);
        }
    }

    @Override
    public void close() {
        keyAndIv.close();
    }

    private static Cipher aesGcm() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private void begin(Cipher cipher, int mode, long counter) throws GeneralSecurityException {
        cipher.init(
                mode,
                keyAndIv.exposeTo(bytes -> new SecretKeySpec(bytes, 0, KEY_BYTES, "AES")),
                new GCMParameterSpec(TAG_BITS, keyAndIv.exposeTo(bytes -> nonce(bytes, counter))));
        cipher.updateAAD(associatedData);
    }

    /** The base IV xor the counter, padded with zeros on the left (RFC 9052, section 3.1). */
    private static byte[] nonce(byte[] keyAndIv, long counter) {
        byte[] nonce = new byte[IV_BYTES];
        System.arraycopy(keyAndIv, KEY_BYTES, nonce, 0, IV_BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[IV_BYTES - 1 - i] ^= (byte) (counter >> (8 * i));
        }
        return nonce;
    }

    private static byte[] info(String fleet, String tracker, Suite suite) {
        return new CborWriter()
                .array(5)
                .number(VERSION)
                .text(fleet)
                .text(tracker)
                .number(suite.code())
                .number(DIRECTION_UP)
                .end()
                .toBytes();
    }

    /** Enc_structure (RFC 9052, section 5.3); nothing of it is on the wire. */
    private static byte[] associatedData(String fleet, String tracker, long epochId) {
        byte[] external =
                new CborWriter()
                        .array(6)
                        .number(VERSION)
                        .text(fleet)
                        .text(tracker)
                        .text(CHANNEL)
                        .number(DIRECTION_UP)
                        .id(epochId)
                        .end()
                        .toBytes();
        return new CborWriter()
                .array(3)
                .text("Encrypt0")
                .bytes(SealedReport.PROTECTED)
                .bytes(external)
                .end()
                .toBytes();
    }
}
