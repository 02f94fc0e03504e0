package io.outrider.fleet;

/** What an enrolment token is worth at this moment. */
public enum TokenCheck {
    /** It is the tracker's; whether it is used up depends on the key that comes with it. */
    RIGHT,
    /** It was the tracker's. */
    EXPIRED,
    /** No such tracker, or not its token: on purpose one answer. */
    WRONG
}
