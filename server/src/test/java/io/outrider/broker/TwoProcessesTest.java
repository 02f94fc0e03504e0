package io.outrider.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outrider.gate.ReasonCode;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker in this process, and who answers for the messages in another. */
@Timeout(120)
class TwoProcessesTest {
    private static final TrackerId TRUCK = new TrackerId("acme", "truck-1");

    @TempDir static Path directory;
    private static TestBroker broker;
    private static int runs;

    private Path stored;
    private Process backend;
    private RemoteInbox inbox;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.started(directory);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @BeforeEach
    void startBackend() throws Exception {
        Path socket = directory.resolve("backend-" + ++runs + ".sock");
        stored = directory.resolve("stored-" + runs);
        backend =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                InboxProcess.class.getName(),
                                socket.toString(),
                                stored.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("backend-" + runs + ".log").toFile())
                        .start();
        // The file is there a moment before anybody listens on it.
        inbox =
                Awaitility.await()
                        .atMost(20, TimeUnit.SECONDS)
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() -> RemoteInbox.connect(socket), Objects::nonNull);
        broker.inbox = inbox;
        broker.ends.clear();
    }

    @AfterEach
    void stopBackend() throws Exception {
        backend.destroyForcibly().waitFor();
        inbox.close();
    }

    @Test
    void what_is_acknowledged_has_been_written_by_the_other_process() throws Exception {
        var truck = MqttPublisher.connected(broker, "acme.truck-1", 5);

        assertThat(truck.publish("one")).isEqualTo(0x00);
        assertThat(truck.publish("two")).isEqualTo(0x00);

        assertThat(Files.readAllLines(stored))
                .containsExactly("acme.truck-1 5 one", "acme.truck-1 5 two");
        assertThat(truck.publish("refuse")).isEqualTo(0x99);
        truck.disconnect();
    }

    @Test
    void when_the_other_process_dies_nothing_is_acknowledged() throws Exception {
        var truck = MqttPublisher.connected(broker, "acme.truck-1", 5);
        assertThat(truck.publish("one")).isEqualTo(0x00);
        var waiting = truck.begin("say nothing");

        backend.destroyForcibly().waitFor();

        assertThat(broker.nextDisconnectCode()).isEqualTo(0x89);
        assertThat(MqttPublisher.code(waiting)).isEqualTo(MqttPublisher.NO_PUBACK);
        // And nothing that comes after, however often it comes.
        for (int i = 0; i < 3; i++) {
            var again = MqttPublisher.connected(broker, "acme.truck-1", 5);
            assertThat(again.publish("again")).isEqualTo(MqttPublisher.NO_PUBACK);
            assertThat(broker.nextDisconnectCode()).isEqualTo(0x89);
        }
        assertThat(Files.readAllLines(stored)).containsExactly("acme.truck-1 5 one");
    }

    @Test
    void frames_come_out_as_they_went_in() throws Exception {
        var inbound =
                new Inbound(
                        TRUCK,
                        Long.MAX_VALUE,
                        Channel.EPOCH,
                        Payload.owning(new byte[] {0, -1}),
                        List.of(new Inbound.UserProperty("ü", "\u0000")),
                        true);
        List<Outcome> outcomes =
                List.of(
                        new Outcome.Acknowledged(Optional.of(Payload.owning(new byte[0]))),
                        new Outcome.Refused(ReasonCode.NOT_AUTHORIZED, "why"),
                        new Outcome.Withheld("why"));

        var question = InboxFrames.readQuestion(in(InboxFrames.question(-1, inbound)));
        assertThat(question).isEqualTo(new InboxFrames.Question(-1, inbound));
        for (Outcome outcome : outcomes) {
            assertThat(InboxFrames.readAnswer(in(InboxFrames.answer(7, outcome))))
                    .isEqualTo(new InboxFrames.Answer(7, outcome));
        }
    }

    @Test
    void a_frame_cut_anywhere_or_too_long_is_an_error_and_never_an_acknowledgement()
            throws Exception {
        byte[] frame = InboxFrames.answer(7, new Outcome.Acknowledged());
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> InboxFrames.readAnswer(in(cut)))
                    .isInstanceOf(IOException.class);
        }
        byte[] tooLong = frame.clone();
        tooLong[0] = 0x7f;
        assertThatThrownBy(() -> InboxFrames.readAnswer(in(tooLong)))
                .hasMessageContaining("a frame of");
        byte[] unknown = frame.clone();
        unknown[12] = 3;
        assertThatThrownBy(() -> InboxFrames.readAnswer(in(unknown)))
                .isInstanceOf(IOException.class);
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
