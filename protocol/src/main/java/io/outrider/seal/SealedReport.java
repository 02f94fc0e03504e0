package io.outrider.seal;

import java.util.Arrays;

/**
 * A report as it travels: COSE_Encrypt0, untagged (docs/protocol.md, section 8). Parsed, not yet
 * opened, so nothing in it is to be believed. Immutable.
 */
public final class SealedReport {
    static final int TAG_BYTES = 16;

    /** The protected header {1: 3}, A256GCM. */
    static final byte[] PROTECTED = {(byte) 0xa1, 0x01, 0x03};

    private static final int LABEL_KID = 4;
    private static final int LABEL_PARTIAL_IV = 6;
    private static final int PARTIAL_IV_BYTES_MAX = 3;

    private final int epochLowByte;
    private final int counter;
    private final byte[] ciphertext;

    SealedReport(int epochLowByte, int counter, byte[] ciphertext) {
        this.epochLowByte = epochLowByte;
        this.counter = counter;
        this.ciphertext = ciphertext;
    }

    /**
     * Takes a message apart without any key.
     *
     * @throws Refusal {@code MALFORMED} where the bytes are not in the one form that is allowed
     */
    public static SealedReport parse(byte[] bytes) throws Refusal {
        CborReader in = new CborReader(bytes, Limits.REPORT_BYTES_MAX);
        in.array();
        byte[] _ = in.bytes(PROTECTED.length, PROTECTED.length);
        in.map();
        in.key(LABEL_KID);
        int epochLowByte = Byte.toUnsignedInt(in.bytes(1, 1)[0]);
        in.key(LABEL_PARTIAL_IV);
        int counter = counterOf(in.bytes(1, PARTIAL_IV_BYTES_MAX));
        in.endMap();
        byte[] ciphertext = in.bytes(1 + TAG_BYTES, Limits.REPORT_PLAINTEXT_BYTES_MAX + TAG_BYTES);
        in.endArray();
        var report = new SealedReport(epochLowByte, counter, ciphertext);
        in.endOf(report.toBytes());
        return report;
    }

    /** The low byte of the epoch's number, 0 to 255: which of the last 256 epochs this is of. */
    public int epochLowByte() {
        return epochLowByte;
    }

    /** Which report of its epoch this is, 0 to 2^20 - 1. */
    public long counter() {
        return counter;
    }

    /** The last 16 bytes: one counter under two tags is a clone. */
    public byte[] tag() {
        return Arrays.copyOfRange(ciphertext, ciphertext.length - TAG_BYTES, ciphertext.length);
    }

    byte[] ciphertext() {
        return ciphertext;
    }

    byte[] toBytes() {
        return new CborWriter()
                .array(3)
                .bytes(PROTECTED)
                .map(2)
                .key(LABEL_KID)
                .bytes(new byte[] {(byte) epochLowByte})
                .key(LABEL_PARTIAL_IV)
                .bytes(partialIv(counter))
                .end()
                .bytes(ciphertext)
                .end()
                .toBytes();
    }

    private static int counterOf(byte[] partialIv) throws Refusal {
        int counter = 0;
        for (byte b : partialIv) {
            counter = counter << 8 | Byte.toUnsignedInt(b);
        }
        if (counter >= Limits.REPORTS_PER_EPOCH_MAX) {
            throw Refusal.malformed("counter " + counter);
        }
        return counter;
    }

    /** Most significant byte first, without leading zeros; zero is one byte. */
    private static byte[] partialIv(int counter) {
        byte[] three = {(byte) (counter >> 16), (byte) (counter >> 8), (byte) counter};
        int leading = counter > 0xffff ? 0 : counter > 0xff ? 1 : 2;
        return Arrays.copyOfRange(three, leading, three.length);
    }
}
