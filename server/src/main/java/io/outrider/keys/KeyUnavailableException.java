package io.outrider.keys;

/**
 * A key cannot be had now: the disk failed, the vault is out of reach, or what was wrapped is
 * damaged. It is not known to be gone: whoever waits for an answer gets none and tries again.
 */
public final class KeyUnavailableException extends Exception {
    public KeyUnavailableException(String message) {
        super(message);
    }

    public KeyUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
