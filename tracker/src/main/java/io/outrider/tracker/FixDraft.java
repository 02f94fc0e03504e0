package io.outrider.tracker;

import io.outrider.position.Position;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has come in so far of one moment of the receiver: sentences of one time of day, and those
 * without a time that stood among them. Each {@code add} says whether it added anything.
 */
final class FixDraft {
    final int timeMs;
    private NmeaSentence.@Nullable Rmc rmc;
    private boolean rmcVoid;
    private int fixQuality = -1;
    private @Nullable Integer hdopCenti;
    private boolean hdopOfGga;
    private @Nullable Integer altitudeMm;
    private @Nullable Integer speedMmPerS;
    private @Nullable Integer courseCentideg;

    /** By talker: a receiver may send one GGA for each satellite system that it uses. */
    private final Map<String, Integer> satellites = new HashMap<>();

    private final Map<String, Integer> occurrences = new HashMap<>();
    private String lastMark = "";
    boolean closed;

    FixDraft(int timeMs) {
        this.timeMs = timeMs;
    }

    boolean add(NmeaSentence.Rmc sentence) {
        if (rmc != null) {
            return false;
        }
        rmc = sentence;
        return true;
    }

    boolean add(NmeaSentence.VoidRmc sentence) {
        rmcVoid = true;
        return true;
    }

    boolean add(String talker, NmeaSentence.Gga sentence) {
        fixQuality = Math.max(fixQuality, sentence.fixQuality());
        if (sentence.satellites() != null) {
            satellites.putIfAbsent(talker, sentence.satellites());
        }
        if (!hdopOfGga && sentence.hdopCenti() != null) {
            hdopCenti = sentence.hdopCenti();
            hdopOfGga = true;
        }
        if (altitudeMm == null) {
            altitudeMm = sentence.altitudeMm();
        }
        return true;
    }

    boolean add(NmeaSentence.EmptyGga sentence) {
        fixQuality = Math.max(fixQuality, 0);
        return true;
    }

    boolean add(NmeaSentence.Gsa sentence) {
        if (hdopCenti != null || sentence.hdopCenti() == null) {
            return false;
        }
        hdopCenti = sentence.hdopCenti();
        return true;
    }

    boolean add(NmeaSentence.Vtg sentence) {
        boolean speedNew = sentence.speedMmPerS() != null && speed() == null;
        boolean courseNew = sentence.courseCentideg() != null && course() == null;
        speedMmPerS = speedNew ? sentence.speedMmPerS() : speedMmPerS;
        courseCentideg = courseNew ? sentence.courseCentideg() : courseCentideg;
        return speedNew || courseNew;
    }

    /** Notes that a sentence with this header added something: "the second GNGSA". */
    String mark(String header) {
        lastMark = header + "#" + occurrences.merge(header, 1, Integer::sum);
        return lastMark;
    }

    /** The last sentence that added something. */
    String lastMark() {
        return lastMark;
    }

    boolean hasRmc() {
        return rmc != null;
    }

    /** A GGA with a fix whose day nobody said. */
    boolean lacksDate() {
        return rmc == null && !rmcVoid && fixQuality > 0;
    }

    /** Whether both the RMC and, where there is one, the GGA say that there is a fix. */
    boolean hasFix() {
        return rmc != null && !rmcVoid && fixQuality != 0;
    }

    LocalDate date() {
        return requireRmc().date();
    }

    Position position() {
        NmeaSentence.Rmc place = requireRmc();
        Instant midnight = place.date().atTime(LocalTime.MIDNIGHT).toInstant(ZoneOffset.UTC);
        return new Position(
                midnight.plusMillis(timeMs),
                place.latitudeE7(),
                place.longitudeE7(),
                speed(),
                course(),
                altitudeMm,
                fixQuality < 0 ? null : fixQuality,
                satelliteCount(),
                hdopCenti);
    }

    private @Nullable Integer speed() {
        return rmc != null && rmc.speedMmPerS() != null ? rmc.speedMmPerS() : speedMmPerS;
    }

    private @Nullable Integer course() {
        return rmc != null && rmc.courseCentideg() != null ? rmc.courseCentideg() : courseCentideg;
    }

    /** Talker GN counts all systems; the others count one each. */
    private @Nullable Integer satelliteCount() {
        if (satellites.isEmpty()) {
            return null;
        }
        Integer ofAll = satellites.get("GN");
        int sum = satellites.values().stream().mapToInt(Integer::intValue).sum();
        return Math.min(255, ofAll != null ? ofAll : sum);
    }

    private NmeaSentence.Rmc requireRmc() {
        if (rmc == null) {
            throw new IllegalStateException("a position without an RMC");
        }
        return rmc;
    }
}
