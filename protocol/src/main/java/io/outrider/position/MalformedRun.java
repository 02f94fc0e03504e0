package io.outrider.position;

/** Bytes that are not a run in the one form that version 1 allows. */
public final class MalformedRun extends Exception {
    MalformedRun(String detail) {
        super(detail);
    }

    MalformedRun(String detail, Throwable cause) {
        super(detail, cause);
    }
}
