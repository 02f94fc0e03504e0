package io.outrider.broker;

/** The broker could not start, or could not do what it was told. */
public final class BrokerException extends Exception {
    public BrokerException(String message) {
        super(message);
    }

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
