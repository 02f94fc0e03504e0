package io.outrider.tracker;

import io.outrider.position.DropReason;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a journal as bytes: length of the payload (2 bytes), CRC-32C over length and payload
 * (4 bytes), payload. The payload begins with its kind (1 byte) and its sequence (8 bytes); then a
 * position has one bit for each optional value, time, latitude, longitude and the values that are
 * present, a given-up run its count and reason. All numbers are big-endian.
 *
 * @param run one position, or a run that was given up before it reached the disk
 * @param bytes the length of the whole frame
 */
record JournalFrame(Run run, int bytes) {
    static final int BYTES_MIN = 6 + 9 + 5;
    static final int BYTES_MAX = 6 + 9 + 17 + 6 * Integer.BYTES;

    private static final int LENGTH_BYTES = 2;
    private static final int HEAD_BYTES = 6;
    private static final byte POSITION = 1;
    private static final byte DROPPED = 2;

    static byte[] encode(long sequence, Position position) {
        Integer[] optional = {
            position.speedMmPerS(),
            position.courseCentideg(),
            position.altitudeMm(),
            position.fixQuality(),
            position.satellites(),
            position.hdopCenti()
        };
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX).position(HEAD_BYTES);
        out.put(POSITION).putLong(sequence);
        int present = 0;
        for (int i = 0; i < optional.length; i++) {
            present |= optional[i] == null ? 0 : 1 << i;
        }
        out.put((byte) present).putLong(position.time().toEpochMilli());
        out.putInt(position.latitudeE7()).putInt(position.longitudeE7());
        for (Integer value : optional) {
            if (value != null) {
                out.putInt(value);
            }
        }
        return framed(out);
    }

    static byte[] encode(Run.Dropped dropped) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX).position(HEAD_BYTES);
        out.put(DROPPED).putLong(dropped.firstSequence());
        out.putInt(dropped.count()).put((byte) dropped.reason().code());
        return framed(out);
    }

    /** The frame that begins here; null where none does that is whole and undamaged. */
    static @Nullable JournalFrame at(byte[] bytes, int at) {
        if (bytes.length - at < BYTES_MIN) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, at, bytes.length - at);
        int length = Short.toUnsignedInt(in.getShort());
        int crc = in.getInt();
        if (!isLength(length) || in.remaining() < length || crc != crc(bytes, at, length)) {
            return null;
        }
        in.limit(in.position() + length);
        try {
            Run run = read(in);
            return in.hasRemaining() ? null : new JournalFrame(run, HEAD_BYTES + length);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            return null; // a value that no position can have: as good as damaged
        }
    }

    /** Whether a frame was begun here and the bytes end before it does. */
    static boolean isTorn(byte[] bytes, int at) {
        int left = bytes.length - at;
        if (left < LENGTH_BYTES) {
            return true;
        }
        int length = Short.toUnsignedInt(ByteBuffer.wrap(bytes, at, left).getShort());
        return isLength(length) && left < HEAD_BYTES + length;
    }

    private static Run read(ByteBuffer in) {
        byte kind = in.get();
        long sequence = in.getLong();
        if (kind == DROPPED) {
            int count = in.getInt();
            return new Run.Dropped(sequence, count, reason(in.get()));
        }
        if (kind != POSITION) {
            throw new IllegalArgumentException("kind " + kind);
        }
        int present = in.get();
        Instant time = Instant.ofEpochMilli(in.getLong());
        int latitudeE7 = in.getInt();
        int longitudeE7 = in.getInt();
        @Nullable Integer[] optional = new @Nullable Integer[6];
        for (int i = 0; i < optional.length; i++) {
            optional[i] = (present & 1 << i) == 0 ? null : Integer.valueOf(in.getInt());
        }
        return new Run.Positions(
                sequence,
                List.of(
                        new Position(
                                time,
                                latitudeE7,
                                longitudeE7,
                                optional[0],
                                optional[1],
                                optional[2],
                                optional[3],
                                optional[4],
                                optional[5])));
    }

    private static DropReason reason(byte code) {
        for (DropReason reason : DropReason.values()) {
            if (reason.code() == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("reason " + code);
    }

    private static boolean isLength(int length) {
        return length >= BYTES_MIN - HEAD_BYTES && length <= BYTES_MAX - HEAD_BYTES;
    }

    private static byte[] framed(ByteBuffer out) {
        byte[] frame = new byte[out.position()];
        out.get(0, frame);
        int length = frame.length - HEAD_BYTES;
        ByteBuffer head = ByteBuffer.wrap(frame);
        head.putShort((short) length);
        head.putInt(crc(frame, 0, length));
        return frame;
    }

    private static int crc(byte[] bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, LENGTH_BYTES);
        crc.update(bytes, at + HEAD_BYTES, length);
        return (int) crc.getValue();
    }
}
