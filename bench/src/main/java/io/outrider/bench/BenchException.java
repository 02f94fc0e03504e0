package io.outrider.bench;

/** The run cannot go on, for a reason that whoever started it can read and act on. */
final class BenchException extends Exception {
    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
