package io.outrider.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The part of HPKE (RFC 9180) that yields a secret for two sides: base mode, DHKEM over P-256 or
 * X25519 with HKDF-SHA256, key schedule with HKDF-SHA256, and export. It encrypts nothing itself.
 * Immutable.
 */
final class Hpke {
    /** Section 7.3: this context only exports. */
    static final int AEAD_EXPORT_ONLY = 0xffff;

    private static final int KDF_HKDF_SHA256 = 0x0001;
    private static final byte MODE_BASE = 0x00;
    private static final byte[] VERSION = "HPKE-v1".getBytes(US_ASCII);
    private static final byte[] EMPTY = {};
    private static final int SHARED_SECRET_BYTES = 32;

    private final byte[] kemSuiteId;
    private final byte[] suiteId;

    Hpke(Suite suite, int aeadId) {
        this.kemSuiteId = concat("KEM".getBytes(US_ASCII), twoBytes(suite.kemId()));
        this.suiteId =
                concat(
                        "HPKE".getBytes(US_ASCII),
                        twoBytes(suite.kemId()),
                        twoBytes(KDF_HKDF_SHA256),
                        twoBytes(aeadId));
    }

    /** The exporter secret on the sender's side (sections 4.1 and 5.1.1). */
    Secret exporterSecret(Agreement ephemeral, SealingPublicKey recipient, byte[] info)
            throws Refusal {
        byte[] peer = recipient.bytes();
        return exporterSecret(ephemeral, peer, ephemeral.publicKey().bytes(), peer, info);
    }

    /** The exporter secret on the recipient's side. */
    Secret exporterSecret(byte[] encapsulation, Agreement recipient, byte[] info) throws Refusal {
        // A hardware module may not look at what it is given.
        var _ = CurveKeys.publicKey(recipient.publicKey().suite(), encapsulation);
        byte[] own = recipient.publicKey().bytes();
        return exporterSecret(recipient, encapsulation, encapsulation, own, info);
    }

    /** Section 5.3. */
    Secret export(Secret exporterSecret, byte[] context, int length) {
        return labeledExpand(suiteId, exporterSecret, "sec", context, length);
    }

    private Secret exporterSecret(
            Agreement own, byte[] peer, byte[] encapsulation, byte[] recipient, byte[] info)
            throws Refusal {
        try (Secret dh = own.agree(peer);
                Secret shared = sharedSecret(dh, concat(encapsulation, recipient))) {
            return keySchedule(shared, info);
        }
    }

    /** ExtractAndExpand of section 4.1. */
    private Secret sharedSecret(Secret dh, byte[] kemContext) throws Refusal {
        if (dh.exposeTo(Hpke::isAllZero)) { // section 7.1.4
            throw Refusal.malformed("a key of small order");
        }
        try (Secret prk =
                dh.exposeTo(bytes -> labeledExtract(kemSuiteId, EMPTY, "eae_prk", bytes))) {
            return labeledExpand(kemSuiteId, prk, "shared_secret", kemContext, SHARED_SECRET_BYTES);
        }
    }

    /** KeySchedule of section 5.1 for the base mode, as far as the exporter secret. */
    private Secret keySchedule(Secret sharedSecret, byte[] info) {
        try (Secret pskIdHash = labeledExtract(suiteId, EMPTY, "psk_id_hash", EMPTY);
                Secret infoHash = labeledExtract(suiteId, EMPTY, "info_hash", info);
                Secret secret =
                        sharedSecret.exposeTo(
                                salt -> labeledExtract(suiteId, salt, "secret", EMPTY))) {
            byte[] mode = {MODE_BASE};
            byte[] context =
                    pskIdHash.exposeTo(psk -> infoHash.exposeTo(hash -> concat(mode, psk, hash)));
            return labeledExpand(suiteId, secret, "exp", context, Hkdf.HASH_BYTES);
        }
    }

    private static Secret labeledExtract(
            byte[] suiteId, byte[] salt, String label, byte[] inputKey) {
        byte[] labeled = concat(VERSION, suiteId, label.getBytes(US_ASCII), inputKey);
        Secret extracted = Hkdf.extract(salt, labeled);
        Arrays.fill(labeled, (byte) 0);
        return extracted;
    }

    private static Secret labeledExpand(
            byte[] suiteId, Secret pseudoRandomKey, String label, byte[] info, int length) {
        byte[] labeled = concat(twoBytes(length), VERSION, suiteId, label.getBytes(US_ASCII), info);
        return Hkdf.expand(pseudoRandomKey, labeled, length);
    }

    private static boolean isAllZero(byte[] bytes) {
        int seen = 0;
        for (byte b : bytes) {
            seen |= b;
        }
        return seen == 0;
    }

    private static byte[] twoBytes(int number) {
        return ByteBuffer.allocate(Short.BYTES).putShort((short) number).array();
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
