package io.outrider.tracker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Number and id of the epoch that was announced last, and nothing else of it. Two slots of text,
 * written in turn and in place: a torn write leaves the other, and a full disk has room, so that a
 * journal that fills the disk can still be worked off.
 */
final class EpochFile {
    private static final int SLOT_BYTES = 64;
    private static final Pattern SLOT =
            Pattern.compile("(\\d{1,18} [0-9a-f]{16}) ([0-9a-f]{8}) *\n");

    private final Path file;

    /** Number 0 and no id before the first epoch. */
    record Epoch(long number, OptionalLong id) {
        static final Epoch NONE = new Epoch(0, OptionalLong.empty());
    }

    EpochFile(Path file) {
        this.file = file;
    }

    /** As it is before the first epoch, with all the room that it will ever need. */
    static byte[] blank() {
        return (" ".repeat(SLOT_BYTES - 1) + "\n").repeat(2).getBytes(StandardCharsets.US_ASCII);
    }

    Epoch read() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Epoch.NONE;
        }
        String text = new String(bytes, StandardCharsets.US_ASCII);
        Epoch newest = Epoch.NONE;
        for (int at = 0; at + SLOT_BYTES <= text.length(); at += SLOT_BYTES) {
            Epoch epoch = slot(text.substring(at, at + SLOT_BYTES));
            if (epoch != null && (newest.id.isEmpty() || epoch.number > newest.number)) {
                newest = epoch;
            }
        }
        if (newest.id.isEmpty() && !text.isBlank()) {
            throw new IOException(file.getFileName() + " is damaged");
        }
        return newest;
    }

    /** Durable when this returns. */
    void write(long number, long id) throws IOException {
        String text = number + " " + String.format("%016x", id);
        String line = text + " " + crc(text);
        byte[] slot =
                (line + " ".repeat(SLOT_BYTES - 1 - line.length()) + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        if (!Files.exists(file)) {
            TrackerFiles.replace(file, blank());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(slot);
            long at = number % 2 * SLOT_BYTES;
            while (buffer.hasRemaining()) {
                channel.write(buffer, at + buffer.position());
            }
            channel.force(false);
        }
    }

    private static @Nullable Epoch slot(String text) {
        Matcher matcher = SLOT.matcher(text);
        if (!matcher.matches() || !crc(matcher.group(1)).equals(matcher.group(2))) {
            return null;
        }
        int space = matcher.group(1).indexOf(' ');
        return new Epoch(
                Long.parseLong(matcher.group(1).substring(0, space)),
                OptionalLong.of(Long.parseUnsignedLong(matcher.group(1).substring(space + 1), 16)));
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return String.format("%08x", crc.getValue());
    }
}
