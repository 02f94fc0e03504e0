package io.outrider.watch;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLSocket;

/**
 * A connection to the receiver. The receiver says nothing, so whatever ends its side is noticed by
 * a thread that only reads; otherwise messages would go into a connection that is long dead.
 */
final class SyslogConnection implements AutoCloseable {
    /**
     * In TLS 1.3 a receiver that does not want our certificate says so only after our handshake is
     * done: it gets this long, and nothing is sent before.
     */
    private static final Duration REFUSAL_WAIT = Duration.ofMillis(500);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration WRITE_MAX = Duration.ofSeconds(30);

    private final SSLSocket socket;
    private volatile long writeBeganNs; // 0 while nothing is being written
    private volatile boolean ended;

    private SyslogConnection(SSLSocket socket) {
        this.socket = socket;
    }

    static SyslogConnection open(SyslogTls tls) throws IOException {
        SSLSocket socket = tls.connect();
        var connection = new SyslogConnection(socket);
        try {
            socket.setSoTimeout((int) REFUSAL_WAIT.toMillis());
            connection.readOnce();
            if (connection.ended) {
                throw new IOException("the receiver closed the connection at once");
            }
            socket.setSoTimeout((int) LOOK_EVERY.toMillis());
        } catch (IOException e) {
            connection.close();
            throw e;
        }
        Thread.ofVirtual().name("syslog-reader").start(connection::read);
        return connection;
    }

    boolean isOpen() {
        return !ended;
    }

    /**
     * Gives a frame to the system. That the receiver has it is not known: RFC 5425 has no
     * acknowledgement.
     */
    void write(byte[] frame) throws IOException {
        if (ended) {
            throw new IOException("the receiver closed the connection");
        }
        writeBeganNs = System.nanoTime() | 1; // never 0
        try {
            socket.getOutputStream().write(frame);
            socket.getOutputStream().flush();
        } finally {
            writeBeganNs = 0;
        }
    }

    private void read() {
        try {
            while (!ended) {
                readOnce();
                long began = writeBeganNs;
                if (began != 0 && System.nanoTime() - began > WRITE_MAX.toNanos()) {
                    ended = true; // it takes nothing any more
                }
            }
        } catch (IOException e) {
            ended = true; // reset, or an alert
        }
        close();
    }

    /** Reads and ignores, until there is something, nothing more to come, or the time is over. */
    private void readOnce() throws IOException {
        InputStream in = socket.getInputStream();
        try {
            ended = in.read(new byte[256]) < 0;
        } catch (SocketTimeoutException e) {
            return; // as it should be
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            socket.close();
        } catch (IOException e) {
            return; // it was broken already
        }
    }
}
