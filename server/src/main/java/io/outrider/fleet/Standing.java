package io.outrider.fleet;

/** How a tracker stands with its operator. */
public enum Standing {
    ACTIVE,
    /** Cut off until it is released; it keeps its number, its key and its certificate. */
    QUARANTINED,
    /** Cut off for good: only a new enrolment leads back. */
    REVOKED
}
