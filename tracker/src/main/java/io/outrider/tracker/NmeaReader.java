package io.outrider.tracker;

import io.outrider.position.Position;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Forms positions from a receiver's NMEA 0183 bytes: one for each moment for which the receiver
 * sent a valid RMC. The RMC gives date, time and place; GGA, GSA and VTG of the same moment add
 * what they have. Whatever is not a position is counted under its reason.
 *
 * <p>A moment is complete when a sentence with another time comes. So that a live position need not
 * wait for that, the reader learns with which sentence this receiver ends its moments (two in a row
 * must agree) and takes the next one as complete at that sentence; {@link #quiet} completes it too.
 *
 * <p>Not safe for use by many threads; {@link #counts} is.
 */
public final class NmeaReader {
    private final Predicate<LocalDate> believable;
    private final Consumer<Position> positions;
    private final NmeaCounts counts = new NmeaCounts();
    private final NmeaFramer framer = new NmeaFramer(counts, this::sentence);
    private @Nullable FixDraft draft;
    private String lastMarkBefore = "";
    private String lastMarkExpected = "";

    private NmeaReader(Predicate<LocalDate> believable, Consumer<Position> positions) {
        this.believable = believable;
        this.positions = positions;
    }

    /** Of a receiver that is read now: it cannot see a day before this program was built. */
    public static NmeaReader live(LocalDate built, Consumer<Position> positions) {
        return new NmeaReader(date -> !date.isBefore(built), positions);
    }

    /** Of a file, which keeps its dates; none is from before 2000. */
    public static NmeaReader replayed(Consumer<Position> positions) {
        LocalDate dateMin = LocalDate.of(2000, 1, 1);
        return new NmeaReader(date -> !date.isBefore(dateMin), positions);
    }

    /** Takes any bytes, cut anywhere. */
    public void accept(byte[] bytes, int offset, int length) {
        framer.accept(bytes, offset, length);
    }

    /** Takes text, cut anywhere. */
    public void accept(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        framer.accept(bytes, 0, bytes.length);
    }

    /** The receiver has been silent for longer than it pauses within a moment. */
    public void quiet() {
        if (draft != null && draft.hasRmc()) {
            close(draft);
        }
    }

    /** The input is at its end. */
    public void end() {
        framer.end();
        if (draft != null) {
            close(draft);
            draft = null;
        }
    }

    public NmeaCounts counts() {
        return counts;
    }

    private void sentence(String line) {
        int star = line.lastIndexOf('*');
        String hex = star < 0 ? "" : line.substring(star + 1).stripTrailing();
        if (!hex.matches("[0-9A-Fa-f]{2}")) {
            counts.refuse(NmeaRefusal.HALF_SENTENCE);
            return;
        }
        String body = line.substring(0, star);
        if (Integer.parseInt(hex, 16) != checksum(body)) {
            counts.refuse(NmeaRefusal.WRONG_CHECKSUM);
            return;
        }
        List<String> fields = List.of(body.split(",", -1));
        NmeaSentence.Address address = NmeaSentence.Address.of(fields.getFirst());
        if (address == null) {
            return;
        }
        try {
            take(address, NmeaSentence.read(address, fields));
        } catch (NmeaFields.Malformed e) {
            counts.refuse(NmeaRefusal.MALFORMED_FIELD);
        }
    }

    private static int checksum(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            sum ^= body.charAt(i);
        }
        return sum;
    }

    private void take(NmeaSentence.Address address, NmeaSentence sentence) {
        if (sentence instanceof NmeaSentence.VoidRmc || sentence instanceof NmeaSentence.EmptyGga) {
            counts.refuse(NmeaRefusal.EMPTY_FIX);
        }
        boolean added =
                switch (sentence) {
                    case NmeaSentence.Rmc rmc -> draftAt(rmc.timeMs()).add(rmc);
                    case NmeaSentence.Gga gga -> draftAt(gga.timeMs()).add(address.talker(), gga);
                    case NmeaSentence.VoidRmc empty ->
                            empty.timeMs() != null && draftAt(empty.timeMs()).add(empty);
                    case NmeaSentence.EmptyGga empty ->
                            empty.timeMs() != null && draftAt(empty.timeMs()).add(empty);
                    case NmeaSentence.Gsa gsa -> draft != null && draft.add(gsa);
                    case NmeaSentence.Vtg vtg -> draft != null && draft.add(vtg);
                    case NmeaSentence.Other _ -> false;
                };
        if (!added || draft == null) {
            return;
        }
        String mark = draft.mark(address.talker() + address.formatter());
        if (mark.equals(lastMarkExpected) && draft.hasRmc()) {
            close(draft);
        }
    }

    private FixDraft draftAt(int timeMs) {
        if (draft != null && draft.timeMs == timeMs) {
            return draft;
        }
        if (draft != null) {
            close(draft);
            lastMarkExpected = draft.lastMark().equals(lastMarkBefore) ? lastMarkBefore : "";
            lastMarkBefore = draft.lastMark();
        }
        draft = new FixDraft(timeMs);
        return draft;
    }

    private void close(FixDraft complete) {
        if (complete.closed) {
            return;
        }
        complete.closed = true;
        if (complete.lacksDate()) {
            counts.refuse(NmeaRefusal.NO_DATE);
            return;
        }
        if (!complete.hasFix()) {
            return;
        }
        if (!believable.test(complete.date())) {
            counts.refuse(NmeaRefusal.ROLL_OVER);
            return;
        }
        counts.position();
        positions.accept(complete.position());
    }
}
