package io.outrider.store;

/** A read that failed: the disk, the key vault, or a row that is not what was written. */
public final class StoreException extends RuntimeException {
    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
