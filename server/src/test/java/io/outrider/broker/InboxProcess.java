package io.outrider.broker;

import io.outrider.gate.ReasonCode;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A process that answers for an inbox, as a backend of its own would. It writes each payload to a
 * file before it acknowledges it, refuses one that says so, and does not answer one that says so.
 *
 * <p>Arguments: the socket to listen on, the file to write to.
 */
final class InboxProcess {
    private InboxProcess() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[1]);
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            try (SocketChannel peer = listener.accept();
                    var in = new DataInputStream(Channels.newInputStream(peer))) {
                while (true) {
                    answer(peer, InboxFrames.readQuestion(in), file);
                }
            }
        }
    }

    private static void answer(SocketChannel peer, InboxFrames.Question question, Path file)
            throws IOException {
        var inbound = question.inbound();
        String text = new String(inbound.payload().bytes(), StandardCharsets.UTF_8);
        if (text.equals("say nothing")) {
            return;
        }
        Outcome outcome;
        if (text.equals("refuse")) {
            outcome =
                    new Outcome.Refused(
                            ReasonCode.PAYLOAD_FORMAT_INVALID,
                            "forged",
                            Optional.of(Payload.owning(new byte[] {9})));
        } else {
            String line = inbound.tracker() + " " + inbound.enrolment() + " " + text + "\n";
            Files.writeString(
                    file,
                    line,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND,
                    StandardOpenOption.DSYNC);
            outcome = new Outcome.Acknowledged();
        }
        var frame = ByteBuffer.wrap(InboxFrames.answer(question.number(), outcome));
        while (frame.hasRemaining()) {
            peer.write(frame);
        }
    }
}
