package io.outrider.bench;

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
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code ./outrider fleet} and {@code ./outrider status} say to a running server, without a
 * JVM for each question: a line of JSON out, lines of JSON back. Safe for use by many threads.
 */
record ControlSocket(Path socket) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    boolean isServed() {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel probe = connect()) {
            return probe.isConnected();
        } catch (IOException e) {
            return false; // not yet, or left over
        }
    }

    /** The first row of the answer. */
    JsonNode ask(String verb, Map<String, String> arguments) throws BenchException {
        JsonNode[] first = new JsonNode[1];
        ask(verb, arguments, row -> first[0] = first[0] == null ? row : first[0]);
        if (first[0] == null) {
            throw new BenchException("the server's answer to '" + verb + "' is empty");
        }
        return first[0];
    }

    void ask(String verb, Map<String, String> arguments, Consumer<JsonNode> rows)
            throws BenchException {
        try (SocketChannel channel = connect();
                var out = Channels.newWriter(channel, StandardCharsets.UTF_8);
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        Channels.newInputStream(channel),
                                        StandardCharsets.UTF_8))) {
            out.write(JSON.writeValueAsString(Map.of("verb", verb, "arguments", arguments)) + "\n");
            out.flush();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode row = JSON.readTree(line);
                if (row.has("error")) {
                    throw new BenchException(verb + ": " + row.path("error").asString());
                }
                if (row.path("done").asBoolean(false)) {
                    return;
                }
                rows.accept(row);
            }
            throw new BenchException("the server's answer to '" + verb + "' ended early");
        } catch (IOException e) {
            throw new BenchException("the server does not answer: " + e.getMessage(), e);
        }
    }

    private SocketChannel connect() throws IOException {
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
