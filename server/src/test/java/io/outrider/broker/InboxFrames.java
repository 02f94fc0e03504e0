package io.outrider.broker;

import io.outrider.broker.Inbound.UserProperty;
import io.outrider.gate.ReasonCode;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The seam between broker and backend as frames on a stream: four bytes of length, then a number
 * that pairs a question with its answer, then an {@link Inbound} one way or an {@link Outcome} the
 * other way. A frame that is longer than {@link #FRAME_BYTES_MAX}, or does not end where its
 * content does, breaks the stream.
 */
final class InboxFrames {
    static final int FRAME_BYTES_MAX = 64 * 1024;

    private static final int ACKNOWLEDGED = 0;
    private static final int REFUSED = 1;
    private static final int WITHHELD = 2;

    private InboxFrames() {}

    record Question(long number, Inbound inbound) {}

    record Answer(long number, Outcome outcome) {}

    static byte[] question(long number, Inbound inbound) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeLong(number);
        out.writeUTF(inbound.tracker().toString());
        out.writeLong(inbound.enrolment());
        out.writeUTF(inbound.channel().name());
        out.writeBoolean(inbound.duplicate());
        out.writeShort(inbound.properties().size());
        for (UserProperty property : inbound.properties()) {
            out.writeUTF(property.name());
            out.writeUTF(property.value());
        }
        writePayload(out, inbound.payload());
        return framed(bytes);
    }

    static byte[] answer(long number, Outcome outcome) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeLong(number);
        switch (outcome) {
            case Outcome.Acknowledged(_) -> out.writeByte(ACKNOWLEDGED);
            case Outcome.Refused(var code, var reason, _) -> {
                out.writeByte(REFUSED);
                out.writeUTF(code.name());
                out.writeUTF(reason);
            }
            case Outcome.Withheld(var why, _) -> {
                out.writeByte(WITHHELD);
                out.writeUTF(why);
            }
        }
        out.writeBoolean(outcome.down().isPresent());
        if (outcome.down().isPresent()) {
            writePayload(out, outcome.down().get());
        }
        return framed(bytes);
    }

    /** Reads one frame. Throws {@link java.io.EOFException} where the stream has ended. */
    static Question readQuestion(DataInputStream stream) throws IOException {
        var in = frame(stream);
        long number = in.readLong();
        TrackerId tracker =
                TrackerId.parse(in.readUTF()).orElseThrow(() -> new IOException("no tracker"));
        long enrolment = in.readLong();
        Channel channel = constant(Channel.class, in.readUTF());
        boolean duplicate = in.readBoolean();
        List<UserProperty> properties = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            properties.add(new UserProperty(in.readUTF(), in.readUTF()));
        }
        Payload payload = readPayload(in);
        requireEnd(in);
        return new Question(
                number, new Inbound(tracker, enrolment, channel, payload, properties, duplicate));
    }

    static Answer readAnswer(DataInputStream stream) throws IOException {
        var in = frame(stream);
        long number = in.readLong();
        int kind = in.readUnsignedByte();
        ReasonCode code = kind == REFUSED ? constant(ReasonCode.class, in.readUTF()) : null;
        String text = kind == ACKNOWLEDGED ? "" : in.readUTF();
        Optional<Payload> down = in.readBoolean() ? Optional.of(readPayload(in)) : Optional.empty();
        requireEnd(in);
        return new Answer(
                number,
                switch (kind) {
                    case ACKNOWLEDGED -> new Outcome.Acknowledged(down);
                    case REFUSED -> refused(code, text, down);
                    case WITHHELD -> new Outcome.Withheld(text, down);
                    default -> throw new IOException("no kind of outcome: " + kind);
                });
    }

    private static Outcome refused(
            @org.jspecify.annotations.Nullable ReasonCode code,
            String reason,
            Optional<Payload> down)
            throws IOException {
        if (code == null || code == ReasonCode.SUCCESS || !code.fitsPuback()) {
            throw new IOException("no refusal: " + code);
        }
        return new Outcome.Refused(code, reason, down);
    }

    private static byte[] framed(ByteArrayOutputStream content) throws IOException {
        if (content.size() > FRAME_BYTES_MAX) {
            throw new IOException("a frame of " + content.size() + " bytes");
        }
        var bytes = new ByteArrayOutputStream(4 + content.size());
        var out = new DataOutputStream(bytes);
        out.writeInt(content.size());
        content.writeTo(out);
        return bytes.toByteArray();
    }

    private static DataInputStream frame(DataInputStream stream) throws IOException {
        int length = stream.readInt();
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new IOException("a frame of " + length + " bytes");
        }
        var content = new byte[length];
        stream.readFully(content);
        return new DataInputStream(new java.io.ByteArrayInputStream(content));
    }

    private static void writePayload(DataOutputStream out, Payload payload) throws IOException {
        out.writeInt(payload.length());
        out.write(payload.bytes());
    }

    private static Payload readPayload(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a payload of " + length + " bytes");
        }
        return Payload.owning(in.readNBytes(length));
    }

    private static void requireEnd(DataInputStream in) throws IOException {
        if (in.available() != 0) {
            throw new IOException(in.available() + " bytes too many in a frame");
        }
    }

    private static <T extends Enum<T>> T constant(Class<T> type, String name) throws IOException {
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new IOException("no " + type.getSimpleName() + ": " + name, e);
        }
    }
}
