package io.outrider.cli;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import io.outrider.keys.OperatorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What an operator writes, and what comes over the control socket. */
public final class CliTargets {
    public static final Map<String, Target> ALL =
            Map.of("config", CliTargets::config, "control", CliTargets::control);

    private CliTargets() {}

    /** Good, or refused with a sentence. */
    private static void config(byte[] data) throws IOException {
        Path file = Files.createTempFile("outrider", ".yaml");
        try {
            Files.write(file, data);
            require(!Config.read(file).toString().isEmpty(), "a configuration");
        } catch (OperatorException e) {
            require(e.getMessage() != null, "a refusal says why");
        } finally {
            Files.delete(file);
        }
    }

    /** Every request has an answer, if only that it is none. */
    private static void control(byte[] data) throws IOException {
        if (data.length >= ControlServer.REQUEST_CHARS_MAX) {
            return; // hung up on
        }
        try (var peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(UnixDomainSocketAddress.of(Socket.PATH));
            var request = ByteBuffer.wrap((line(data) + "\n").getBytes(StandardCharsets.UTF_8));
            while (request.hasRemaining()) {
                peer.write(request);
            }
            var answer = new ByteArrayOutputStream();
            Channels.newInputStream(peer).transferTo(answer);
            String last = answer.toString(StandardCharsets.UTF_8);
            require(last.endsWith("}\n"), "an answer: " + last);
        }
    }

    private static String line(byte[] data) {
        return new String(data, StandardCharsets.UTF_8).replace('\n', ' ');
    }

    /** One for all requests, started by the first; ends with the process. */
    private static final class Socket {
        static final Path PATH = start();

        private static Path start() {
            try {
                Path folder = Files.createTempDirectory("control");
                Path path = folder.resolve("control.sock");
                ControlServer server = ControlServer.start(path, Socket::perform);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server, folder)));
                return path;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void perform(Operations.Request request, Operations.Rows rows)
                throws OperatorException {
            switch (request.verb()) {
                case "echo" ->
                        rows.add(
                                ControlServer.JSON.valueToTree(
                                        Map.of("text", request.argument("text"))));
                default -> throw new OperatorException("no such verb", "Try another.");
            }
        }

        private static void close(ControlServer server, Path folder) {
            try {
                server.close();
                Files.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
