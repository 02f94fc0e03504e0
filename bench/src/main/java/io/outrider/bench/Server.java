package io.outrider.bench;

/** A broker under test, running in a process of its own until it is closed. */
interface Server extends AutoCloseable {
    long pid();

    /** MQTT over mutual TLS. */
    Door door();

    /** Gives back what memory it can, before that is measured. */
    void settle() throws BenchException;

    @Override
    void close();
}
