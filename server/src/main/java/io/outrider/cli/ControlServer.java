package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the command line over a Unix socket that only the server's user can open. One request a
 * connection: a line of JSON in, a line of JSON for each row out, then {@code {"done":true}} or
 * {@code {"error":…,"hint":…}}. One virtual thread a connection, at most {@value #CONNECTIONS_MAX}
 * at once.
 */
final class ControlServer implements AutoCloseable {
    static final int REQUEST_CHARS_MAX = 64 * 1024;
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int CONNECTIONS_MAX = 16;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);
    private static final Duration FAILED_PAUSE = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private final Path socket;
    private final ServerSocketChannel listener;
    private final Operations operations;
    private final Semaphore places = new Semaphore(CONNECTIONS_MAX);

    private ControlServer(Path socket, ServerSocketChannel listener, Operations operations) {
        this.socket = socket;
        this.listener = listener;
        this.operations = operations;
    }

    /**
     * Starts listening. The caller holds the directory's lock, so a socket file that is there is
     * left over.
     */
    static ControlServer start(Path socket, Operations operations) throws IOException {
        Files.deleteIfExists(socket);
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        var server = new ControlServer(socket, listener, operations);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                places.acquire();
                SocketChannel peer = listener.accept();
                Thread.ofVirtual().name("control-request").start(() -> serve(peer));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                places.release();
                log.warn("The control socket failed to accept: {}", e.getMessage());
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Whoever could not be accepted still waits, and would fail again at once. */
    private static void pause() {
        try {
            Thread.sleep(FAILED_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next acquire() ends
        }
    }

    private void serve(SocketChannel peer) {
        try (peer;
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        Channels.newInputStream(peer), StandardCharsets.UTF_8));
                var out = Channels.newWriter(peer, StandardCharsets.UTF_8)) {
            answer(readLine(in), new SocketRows(peer, in, out), out);
        } catch (IOException | UncheckedIOException e) {
            log.debug("A command went away before its answer: {}", e.getMessage());
        } finally {
            places.release();
        }
    }

    private void answer(String line, SocketRows rows, Writer out) throws IOException {
        try {
            operations.perform(request(line), rows);
            write(out, "{\"done\":true}");
        } catch (OperatorException e) {
            write(out, JSON.writeValueAsString(Map.of("error", e.getMessage(), "hint", e.hint())));
        }
        out.flush();
    }

    private static Operations.Request request(String line) throws OperatorException {
        try {
            Operations.Request request = JSON.readValue(line, Operations.Request.class);
            if (request != null) { // the word null is JSON, too
                return request;
            }
        } catch (JacksonException e) {
            throw new OperatorException("not a request", "", e);
        }
        throw new OperatorException("not a request", "");
    }

    private static void write(Writer out, String line) {
        try {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readLine(BufferedReader in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == REQUEST_CHARS_MAX) {
                throw new IOException("request longer than " + REQUEST_CHARS_MAX + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** One connection's answer. */
    private record SocketRows(SocketChannel peer, BufferedReader in, Writer out)
            implements Operations.Rows {
        @Override
        public void add(JsonNode row) {
            write(out, JSON.writeValueAsString(row));
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void whenGone(Runnable action) {
            Thread.ofVirtual()
                    .name("control-asker")
                    .start(() -> {
                        awaitEnd();
                        action.run();
                    });
        }

        @Override
        public void hangUp() {
            try {
                peer.close();
            } catch (IOException e) {
                log.debug("A slow command's socket did not close: {}", e.getMessage());
            }
        }

        /** The request is over, so all that can come is the end. */
        private void awaitEnd() {
            try {
                int read;
                do {
                    read = in.read();
                } while (read >= 0);
            } catch (IOException e) {
                return; // it is gone as well
            }
        }
    }

    /** Lets answers that are under way come to their end, for a moment. */
    private void awaitAnswers() {
        try {
            // One place is the accepting thread's, which waits for somebody to take it.
            boolean _ =
                    places.tryAcquire(
                            CONNECTIONS_MAX - 1, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        awaitAnswers();
        Files.deleteIfExists(socket);
    }
}
