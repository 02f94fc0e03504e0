package io.outrider.cli;

import io.outrider.keys.OperatorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks a server that runs in another process. */
final class ControlClient implements Operations {
    private final Path socket;

    private ControlClient(Path socket) {
        this.socket = socket;
    }

    /** Empty where no server listens at the socket. */
    static Optional<ControlClient> find(Path socket) {
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        try (SocketChannel probe = connect(socket)) {
            return probe.isConnected() ? Optional.of(new ControlClient(socket)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // left over from a server that was killed
        }
    }

    @Override
    public void perform(Request request, Rows rows) throws OperatorException {
        String line = ControlServer.JSON.writeValueAsString(request);
        if (line.length() > ControlServer.REQUEST_CHARS_MAX) {
            throw new OperatorException(
                    "a command of %d characters; a server takes %d"
                            .formatted(line.length(), ControlServer.REQUEST_CHARS_MAX),
                    "Give less at once.");
        }
        try (SocketChannel channel = connect(socket);
                var out = Channels.newWriter(channel, StandardCharsets.UTF_8);
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        Channels.newInputStream(channel),
                                        StandardCharsets.UTF_8))) {
            out.write(line);
            out.write('\n');
            out.flush();
            receive(in, rows);
        } catch (IOException | JacksonException e) {
            throw new OperatorException(
                    "the server stopped answering (" + e.getMessage() + ")",
                    "Look at its log, and try again.",
                    e);
        }
    }

    private static void receive(BufferedReader in, Rows rows)
            throws IOException, OperatorException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode row = ControlServer.JSON.readTree(line);
            if (row.has("error")) {
                throw new OperatorException(
                        row.path("error").asString(), row.path("hint").asString(""));
            }
            if (row.path("done").asBoolean(false)) {
                return;
            }
            rows.add(row);
        }
        throw new IOException("the answer ended early");
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
