package io.outrider.watch;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/**
 * Messages of RFC 5424 in frames of RFC 5425. Numbers them, so that a receiver sees what is
 * missing. For one thread.
 */
final class SyslogFormat {
    /** What every receiver must take (RFC 5425, section 4.3.1). */
    static final int MESSAGE_BYTES_MAX = 2048;

    private static final int FACILITY = 10; // security and authorization messages
    private static final int SEQUENCE_MAX = Integer.MAX_VALUE; // RFC 5424, section 7.3.1

    /** Says that what follows is UTF-8 (RFC 5424, section 6.4). */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final String origin;
    private final String element;
    private int sequence;

    SyslogFormat(SyslogConfig config, long processId) {
        this.origin = config.hostname() + " outrider " + processId;
        this.element = "gate@" + config.enterpriseNumber();
    }

    /** One event, as a frame. */
    byte[] event(Seen seen) {
        Description description = Description.of(seen);
        return frame(
                seen.kind().severity(),
                seen.at(),
                seen.kind().label(),
                description.fields(),
                description.sentence());
    }

    /** Something of our own, as a frame. */
    byte[] note(Instant at, String name, Map<String, Object> fields, String sentence) {
        return frame(EventKind.Severity.WARNING, at, name, fields, sentence);
    }

    private byte[] frame(
            EventKind.Severity severity,
            Instant at,
            String name,
            Map<String, Object> fields,
            String sentence) {
        sequence = sequence == SEQUENCE_MAX ? 1 : sequence + 1;
        var text = new StringBuilder();
        text.append('<').append(FACILITY * 8 + severity.number).append(">1 ");
        text.append(Timestamp.of(at)).append(' ').append(origin).append(' ').append(name);
        text.append(" [meta sequenceId=\"").append(sequence).append("\"][").append(element);
        fields.forEach((key, value) ->
                text.append(' ').append(key).append("=\"").append(escaped(value)).append('"'));
        text.append("] ").append(BYTE_ORDER_MARK).append(sentence);
        byte[] message = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole =
                message.length <= MESSAGE_BYTES_MAX
                        ? message
                        // Fields and sentence are ASCII: a cut splits no character.
                        : Arrays.copyOf(message, MESSAGE_BYTES_MAX);
        byte[] length = (whole.length + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] frame = Arrays.copyOf(length, length.length + whole.length);
        System.arraycopy(whole, 0, frame, length.length, whole.length);
        return frame;
    }

    /** RFC 5424, section 6.3.3. */
    private static String escaped(Object value) {
        return value.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("]", "\\]");
    }
}
