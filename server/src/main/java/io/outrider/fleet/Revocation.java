package io.outrider.fleet;

import java.math.BigInteger;
import java.time.Instant;

/**
 * A certificate that is worth nothing any more, although its time has not come.
 *
 * @param notAfter when it would have ended by itself
 */
public record Revocation(BigInteger serial, Instant revokedAt, Instant notAfter, Reason reason) {

    /** Why (RFC 5280, section 5.3.1). */
    public enum Reason {
        /** Another key of the same client took its place. */
        SUPERSEDED(4),
        /** Its tracker or client was removed. */
        CESSATION_OF_OPERATION(5),
        /** Its tracker was revoked. */
        PRIVILEGE_WITHDRAWN(9);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        /** The number in a revocation list. */
        public int code() {
            return code;
        }

        static Reason ofCode(int code) {
            for (Reason reason : values()) {
                if (reason.code == code) {
                    return reason;
                }
            }
            throw new IllegalArgumentException("no reason for a revocation: " + code);
        }
    }
}
