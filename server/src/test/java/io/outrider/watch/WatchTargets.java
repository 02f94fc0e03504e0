package io.outrider.watch;

import static io.outrider.fuzz.Target.require;

import io.outrider.fuzz.Target;
import io.outrider.gate.GateEvent;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a peer calls itself and its topics, on its way into logs. */
public final class WatchTargets {
    public static final Map<String, Target> ALL = Map.of("log-line", WatchTargets::line);

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private WatchTargets() {}

    /** One line, one object and one message each, in printable ASCII, whatever it says. */
    private static void line(byte[] data) throws CharacterCodingException {
        String text = new String(data, StandardCharsets.UTF_8);
        var syslog = new SyslogFormat(SyslogConfig.of("localhost", 6_514, "server.example"), 4_711);
        for (GateEvent event : TestEvents.eachKind(text)) {
            Seen seen = new Seen(1, NOW, EventKind.of(event), event);
            Description description = Description.of(seen);
            require(isPrintable(description.sentence()), "a sentence is a line");
            String json = JsonLines.json(description.fields());
            require(isPrintable(json), "an object is a line");
            JsonNode read = JSON.readTree(json);
            require(read.size() == description.fields().size(), "no field is forged");
            Rfc5424 message = Rfc5424.parse(unframed(syslog.event(seen)));
            Map<String, String> fields =
                    message.data().get("gate@" + SyslogConfig.ENTERPRISE_NUMBER);
            require(
                    Objects.requireNonNull(fields).keySet().equals(description.fields().keySet()),
                    "no field is forged");
            require(message.message().equals(description.sentence()), "the same sentence");
        }
    }

    private static byte[] unframed(byte[] frame) {
        int space = 0;
        while (frame[space] != ' ') {
            space++;
        }
        int length = Integer.parseInt(new String(frame, 0, space, StandardCharsets.US_ASCII));
        require(length == frame.length - space - 1, "a frame of what its length says");
        return Arrays.copyOfRange(frame, space + 1, frame.length);
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
