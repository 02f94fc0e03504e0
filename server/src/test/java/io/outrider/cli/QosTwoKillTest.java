package io.outrider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed while messages of QoS 2 are under way, at each of their steps, and
 * started again: clients do what MQTT has them do (MQTT 5, section 4.4).
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class QosTwoKillTest {
    private static final byte[] PUBREL = {0x62, 2, 0, 1};
    private static final byte[] PINGREQ = {(byte) 0xc0, 0};

    @TempDir Path folder;
    private ServerProcess server;
    private SSLContext tool;
    private SSLContext stranger;

    @BeforeEach
    void serve() throws Exception {
        server = ServerProcess.start(folder);
        tool = client("tool", "--may-publish", "tools/#", "--may-subscribe", "tools/#");
        stranger = client("stranger", "--may-subscribe", "others/#");
    }

    private SSLContext client(String name, String... grants) throws Exception {
        var command = new ArrayList<>(List.of("client", "add", name));
        command.addAll(List.of(grants));
        command.addAll(List.of("--out", folder.resolve(name).toString()));
        server.run(command.toArray(String[]::new));
        return EnrolledSocket.context(folder.resolve(name), name);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void each_message_arrives_once_or_again_and_no_session_falls_to_anybody() throws Exception {
        var ear = admitted("tool.ear", 0);
        ear.send(subscribe("tools/#"));
        assertThat(ear.receive()).startsWith(0x90);
        EnrolledSocket received = admitted("tool.received", 0);
        EnrolledSocket released = admitted("tool.released", 0);
        EnrolledSocket completed = admitted("tool.completed", 0);
        received.send(publish(0x34, "tools/a"));
        assertThat(received.receive()).startsWith(0x50);
        released.send(publish(0x34, "tools/b"));
        assertThat(released.receive()).startsWith(0x50);
        completed.send(publish(0x34, "tools/c"), PUBREL);
        assertThat(completed.receive()).startsWith(0x50);
        assertThat(completed.receive()).startsWith(0x70);
        List<String> before = topics(ear, 3);
        released.send(PUBREL);

        server.kill();
        server.restart();

        assertThat(before).containsExactlyInAnyOrder("tools/a", "tools/b", "tools/c");
        try (var other = EnrolledSocket.open(stranger, "127.0.0.1", server.port("trackers"))) {
            other.send(connect("tool.received"));
            assertThat(other.receive()[3]).as("a stranger").isEqualTo((byte) 0x85);
        }
        ear = admitted("tool.ear", 0);
        ear.send(subscribe("tools/#"));
        assertThat(ear.receive()).startsWith(0x90);
        received = admitted("tool.received", 0);
        received.send(publish(0x3c, "tools/a"), PUBREL);
        assertThat(received.receive()).startsWith(0x50);
        assertThat(received.receive()).startsWith(0x70);
        released = admitted("tool.released", 0);
        released.send(PUBREL);
        assertThat(released.receive()).startsWith(0x70);
        completed = admitted("tool.completed", 0);
        completed.send(PINGREQ);
        assertThat(completed.receive()).startsWith(0xd0);
        assertThat(topics(ear, 1)).as("sent again, and only that").containsExactly("tools/a");
        assertThat(server.log()).doesNotContain("ERROR", "\tat ");
    }

    /** With a session that outlives its connection. */
    private EnrolledSocket admitted(String id, int present) throws IOException {
        EnrolledSocket socket = EnrolledSocket.open(tool, "127.0.0.1", server.port("trackers"));
        socket.send(connect(id));
        byte[] answer = socket.receive();
        assertThat(answer).startsWith(0x20);
        assertThat(answer[2]).as("session present").isEqualTo((byte) present);
        assertThat(answer[3]).as("code").isZero();
        return socket;
    }

    /** Of so many messages and of what has come by then: the answer to a ping comes behind it. */
    private static List<String> topics(EnrolledSocket ear, int count) throws IOException {
        var topics = new ArrayList<String>();
        while (true) {
            if (topics.size() == count) {
                ear.send(PINGREQ);
            }
            byte[] packet = ear.receive();
            assertThat(packet).isNotEmpty();
            if (packet[0] == (byte) 0xd0) {
                return topics;
            }
            assertThat(packet[0] & 0xf0).isEqualTo(0x30);
            topics.add(new String(packet, 4, packet[3], StandardCharsets.US_ASCII));
        }
    }

    private static byte[] connect(String id) {
        byte[] head = {0, 4, 'M', 'Q', 'T', 'T', 5, 0, 0, 60, 5, 0x11, 0, 0, 0, 100};
        return packet(0x10, head, text(id));
    }

    private static byte[] subscribe(String filter) {
        return packet(0x82, new byte[] {0, 1, 0}, text(filter), new byte[] {0});
    }

    private static byte[] publish(int first, String topic) {
        return packet(first, text(topic), new byte[] {0, 1, 0, 'x'});
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.write(bytes.length);
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    /** Of less than 128 bytes. */
    private static byte[] packet(int first, byte[]... parts) {
        var rest = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            rest.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(first);
        out.write(rest.size());
        out.writeBytes(rest.toByteArray());
        return out.toByteArray();
    }
}
