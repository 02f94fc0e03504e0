package io.outrider.broker;

import java.util.Map;
import java.util.Optional;

/** Reads the properties of a CONNACK (MQTT 5, section 3.2.2.3). */
final class ConnackProperties {
    /** By identifier, how many bytes a number has; texts begin with their length. */
    private static final Map<Integer, Integer> NUMBERS =
            Map.ofEntries(
                    Map.entry(0x11, 4),
                    Map.entry(0x13, 2),
                    Map.entry(0x21, 2),
                    Map.entry(0x22, 2),
                    Map.entry(0x24, 1),
                    Map.entry(0x25, 1),
                    Map.entry(0x27, 4),
                    Map.entry(0x28, 1),
                    Map.entry(0x29, 1),
                    Map.entry(0x2a, 1));

    private ConnackProperties() {}

    /**
     * One number, empty where the CONNACK does not say it.
     *
     * @param connack whole, of fewer than 128 bytes
     */
    static Optional<Integer> number(byte[] connack, int property, int bytes) {
        int at = 5; // behind the fixed header, flags, code and the length of all properties
        while (at < connack.length) {
            int id = connack[at++] & 0xff;
            if (!NUMBERS.containsKey(id)) {
                at += 2 + (((connack[at] & 0xff) << 8) | (connack[at + 1] & 0xff));
                continue;
            }
            int length = NUMBERS.get(id);
            int value = 0;
            for (int i = 0; i < length; i++) {
                value = (value << 8) | (connack[at + i] & 0xff);
            }
            if (id == property && length == bytes) {
                return Optional.of(value);
            }
            at += length;
        }
        return Optional.empty();
    }
}
