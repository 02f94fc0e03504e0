package io.outrider.seal;

/**
 * The peer's bytes are not accepted. The only way out of a parse of bytes from outside but success.
 */
public final class Refusal extends Exception {

    /** Why; each has its own counter and its own answer (docs/protocol.md, section 12). */
    public enum Reason {
        /** Not of the form that version 1 fixes. */
        MALFORMED,
        /** Well formed, but not signed or sealed by whom it should be, for what it should be. */
        FORGED,
        /** Encapsulated to a sealing key that this backend does not have. */
        UNKNOWN_KEY,
        /** A suite that this side does not implement. */
        UNSUPPORTED_SUITE,
        /** Signed by whom it should be, outside the validity of the certificates. */
        EXPIRED
    }

    private final Reason reason;

    public Refusal(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    Refusal(Reason reason, String detail, Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    static Refusal malformed(String detail) {
        return new Refusal(Reason.MALFORMED, detail);
    }

    static Refusal forged(String detail) {
        return new Refusal(Reason.FORGED, detail);
    }

    public Reason reason() {
        return reason;
    }
}
