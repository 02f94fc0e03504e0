package io.outrider.tracker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far a journal is worked off, in a small file that is replaced as a whole: "ORM1", journal id,
 * low-water mark, number of spans, for each span its first, its end and its fate (1 byte), CRC-32C
 * over all before it.
 */
record JournalMark(long journalId, long lowWater, List<Fates.Span> spans) {
    private static final String NAME = "mark";
    private static final String NAME_NEW = "mark.new";
    private static final int MAGIC = 0x4F524D31;
    private static final int HEAD_BYTES = 4 + 8 + 8 + 4;
    private static final int SPAN_BYTES = 8 + 8 + 1;
    private static final int CRC_BYTES = 4;

    /** One span for each two frames of the largest journal is far above what comes. */
    private static final int BYTES_MAX = 64 << 20;

    /** The mark on this disk; null where there is none or it is damaged. */
    static @Nullable JournalMark read(Disk disk) throws IOException {
        if (!disk.names().contains(NAME)) {
            return null;
        }
        try (Disk.Open file = disk.open(NAME)) {
            return file.size() > BYTES_MAX ? null : decode(file.read(0, (int) file.size()));
        }
    }

    void write(Disk disk) throws IOException {
        try (Disk.Open file = disk.open(NAME_NEW)) {
            file.truncate(0);
            file.write(0, encode());
            file.sync();
        }
        disk.rename(NAME_NEW, NAME);
        disk.syncNames();
    }

    private byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + spans.size() * SPAN_BYTES + CRC_BYTES);
        out.putInt(MAGIC).putLong(journalId).putLong(lowWater).putInt(spans.size());
        for (Fates.Span span : spans) {
            out.putLong(span.first()).putLong(span.end()).put((byte) span.fate().code);
        }
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    private static @Nullable JournalMark decode(byte[] bytes) {
        int body = bytes.length - CRC_BYTES;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (body < HEAD_BYTES || in.getInt(body) != crc(bytes, body) || in.getInt() != MAGIC) {
            return null;
        }
        long journalId = in.getLong();
        Fates fates = new Fates(in.getLong());
        int count = in.getInt();
        if (count != (body - HEAD_BYTES) / SPAN_BYTES) {
            return null;
        }
        for (int i = 0; i < count; i++) {
            long first = in.getLong();
            long end = in.getLong();
            Fates.Fate fate = Fates.Fate.ofCode(in.get());
            if (fate == null) {
                return null;
            }
            fates.set(first, end, fate);
        }
        return new JournalMark(journalId, fates.lowWater(), fates.spans());
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(Arrays.copyOf(bytes, length));
        return (int) crc.getValue();
    }
}
