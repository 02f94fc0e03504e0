package io.outrider.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A test vector as a file of lines {@code key: value} below {@code protocol/vectors}: what is to be
 * expected, why, by which section of docs/protocol.md, then the bytes in hexadecimal.
 */
public final class Vector {
    private static final Path FOLDER = Path.of("vectors");
    private static final HexFormat HEX = HexFormat.of();

    private final Path file;
    private final Map<String, String> fields;

    private Vector(Path file, Map<String, String> fields) {
        this.file = file;
        this.fields = fields;
    }

    /** All vectors of a kind, in the order of their names. */
    public static List<Vector> all(String kind) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(kind))) {
            List<Path> sorted = files.sorted().toList();
            return sorted.stream().map(Vector::read).toList();
        }
    }

    /** One vector by its kind and name. */
    public static Vector read(String kind, String name) {
        return read(FOLDER.resolve(kind).resolve(name + ".txt"));
    }

    /** A vector to be filled and written. */
    public static Vector named(String kind, String name) {
        return new Vector(FOLDER.resolve(kind).resolve(name + ".txt"), new LinkedHashMap<>());
    }

    public Vector with(String key, Object value) {
        fields.put(key, value instanceof byte[] bytes ? HEX.formatHex(bytes) : value.toString());
        return this;
    }

    public void write() throws IOException {
        var text = new StringBuilder();
        fields.forEach((key, value) -> text.append((key + ": " + value).strip()).append('\n'));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    public boolean has(String key) {
        return fields.containsKey(key);
    }

    public String text(String key) {
        String value = fields.get(key);
        if (value == null) {
            throw new IllegalArgumentException(file + " has no line " + key);
        }
        return value;
    }

    public byte[] bytes(String key) {
        return HEX.parseHex(text(key));
    }

    public long number(String key) {
        return Long.parseLong(text(key));
    }

    /** An identifier of eight bytes. */
    public long id(String key) {
        return HexFormat.fromHexDigitsToLong(text(key));
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }

    private static Vector read(Path file) {
        Map<String, String> fields = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int colon = line.indexOf(':');
                if (colon < 1 || fields.containsKey(line.substring(0, colon))) {
                    throw new IllegalArgumentException(file + ": not a line of its own: " + line);
                }
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Vector(file, fields);
    }
}
