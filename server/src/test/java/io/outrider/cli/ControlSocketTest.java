package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.keys.OperatorException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ControlSocketTest {
    @TempDir Path directory;
    private Path socket = Path.of("unset");
    private Optional<ControlServer> server = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        socket = directory.resolve("control.sock");
        server = Optional.of(ControlServer.start(socket, ControlSocketTest::echo));
    }

    @AfterEach
    void stop() throws Exception {
        if (server.isPresent()) {
            server.get().close();
        }
    }

    /** Gives each argument back as a row, and fails where it is told to. */
    private static void echo(Operations.Request request, Operations.Rows rows)
            throws OperatorException {
        if (request.verb().equals("fail")) {
            throw new OperatorException("no such thing", "Try another.");
        }
        request.arguments()
                .forEach((name, value) ->
                        rows.add(ControlServer.JSON.valueToTree(Map.of(name, value))));
    }

    @Test
    void only_the_owner_can_open_the_socket() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void rows_arrive_in_the_asking_process() throws Exception {
        assertAnswers();
    }

    @Test
    void an_operators_error_arrives_with_its_hint() {
        assertThatThrownBy(() ->
                        ControlClient.find(socket)
                                .orElseThrow()
                                .perform(new Operations.Request("fail", Map.of()), row -> {}))
                .isInstanceOfSatisfying(
                        OperatorException.class,
                        e -> {
                            assertThat(e.getMessage()).isEqualTo("no such thing");
                            assertThat(e.hint()).isEqualTo("Try another.");
                        });
    }

    @Test
    void a_command_longer_than_a_server_takes_is_not_sent_and_says_so() {
        Map<String, String> many = Map.of("may-subscribe", "a\n".repeat(32 * 1024));

        assertThatThrownBy(() ->
                        ControlClient.find(socket)
                                .orElseThrow()
                                .perform(new Operations.Request("echo", many), row -> {}))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("a server takes 65536");
    }

    @Test
    void a_request_without_end_is_cut_off_and_the_next_is_answered() throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var flood = ByteBuffer.wrap("x".repeat(1024).getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 10_000; i++) {
                                    channel.write(flood.rewind());
                                }
                            })
                    .isInstanceOf(java.io.IOException.class);
        }

        assertAnswers();
    }

    @Test
    void what_is_not_json_is_answered_with_an_error() throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.US_ASCII)));
            var answer = ByteBuffer.allocate(200);
            while (channel.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8))
                    .contains("\"error\":\"not a request\"");
        }
    }

    @Test
    void a_socket_that_a_killed_server_left_is_nobody() throws Exception {
        Path left = directory.resolve("left.sock");
        try (var listener =
                java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(left));
        }

        assertThat(Files.exists(left)).isTrue();
        assertThat(ControlClient.find(left)).isEmpty();
    }

    private void assertAnswers() throws OperatorException {
        var rows = new ArrayList<String>();

        ControlClient.find(socket)
                .orElseThrow()
                .perform(
                        new Operations.Request("echo", Map.of("name", "Müller\n\"x\"")),
                        row -> rows.add(row.path("name").asString()));

        assertThat(rows).containsExactly("Müller\n\"x\"");
    }
}
