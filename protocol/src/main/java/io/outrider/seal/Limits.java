package io.outrider.seal;

/**
 * Every limit of the sealing protocol, version 1 (docs/protocol.md, section 13). What is beyond one
 * of them is malformed; the sender's side refuses to write it.
 */
public final class Limits {
    /** Reports sealed in one epoch: the counters 0 to 2^20 - 1. */
    public static final int REPORTS_PER_EPOCH_MAX = 1 << 20;

    /** Bytes of a report before it is sealed; 512 complete positions fit in any case. */
    public static final int REPORT_PLAINTEXT_BYTES_MAX = 32_000;

    /** Bytes that sealing adds at most: 17 of COSE structure and 16 of tag. */
    public static final int REPORT_OVERHEAD_BYTES_MAX = 33;

    public static final int REPORT_BYTES_MAX =
            REPORT_PLAINTEXT_BYTES_MAX + REPORT_OVERHEAD_BYTES_MAX;

    public static final int ANNOUNCEMENT_BYTES_MAX = 4_096;
    public static final int ENCAPSULATION_BYTES_MAX = 2_048;
    public static final int ANNOUNCE_REQUEST_BYTES_MAX = 512;
    public static final int KEY_STATEMENT_BYTES_MAX = 32_768;

    /** Sealing keys in one key statement, of suites known or not. */
    public static final int SEALING_KEYS_MAX = 16;

    public static final int SEALING_KEY_BYTES_MAX = 2_048;
    public static final int TRUST_ANCHORS_MAX = 8;

    /** Certificates in the x5chain of a key statement: the signer's first. */
    public static final int CHAIN_CERTIFICATES_MAX = 4;

    public static final int CERTIFICATE_BYTES_MAX = 4_096;
    public static final int INSTALLATION_CHARS_MAX = 64;
    public static final int TOKEN_CHARS_MAX = 1_024;
    public static final int HOST_CHARS_MAX = 253;

    /**
     * Epoch numbers, sequences and serials: 0 to 2^62 - 1, so that a sum of two never overflows.
     */
    public static final long NUMBER_MAX = (1L << 62) - 1;

    /** The last millisecond of the year 9999. */
    public static final long TIME_MS_MAX = 253_402_300_799_999L;

    private Limits() {}
}
