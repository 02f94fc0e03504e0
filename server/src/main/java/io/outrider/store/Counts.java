package io.outrider.store;

import java.util.Map;
import java.util.TreeMap;

/**
 * What was ever counted, restarts included.
 *
 * @param accepted positions stored
 * @param duplicate positions that came again and were not stored again
 * @param late of the accepted: dated some minutes before they came
 * @param doubted of the accepted: with a verdict against them
 * @param dropped positions that trackers say they gave up
 * @param gaps positions that are missing now, of all journals
 * @param reports reports stored
 * @param reportsDuplicate reports that came again as they were
 * @param epochs announcements accepted
 * @param epochsDuplicate announcements that came again
 * @param refused messages by the reason for which they were refused
 */
public record Counts(
        long accepted,
        long duplicate,
        long late,
        long doubted,
        long dropped,
        long gaps,
        long reports,
        long reportsDuplicate,
        long epochs,
        long epochsDuplicate,
        Map<String, Long> refused) {

    public Counts {
        refused = Map.copyOf(refused);
    }

    static Counts of(Map<String, Long> tally) {
        Map<String, Long> refused = new TreeMap<>();
        tally.forEach((name, count) -> {
            if (name.startsWith(Tally.REFUSED_PREFIX)) {
                refused.put(name.substring(Tally.REFUSED_PREFIX.length()), count);
            }
        });
        return new Counts(
                tally.getOrDefault(Tally.ACCEPTED, 0L),
                tally.getOrDefault(Tally.DUPLICATE, 0L),
                tally.getOrDefault(Tally.LATE, 0L),
                tally.getOrDefault(Tally.DOUBTED, 0L),
                tally.getOrDefault(Tally.DROPPED, 0L),
                tally.getOrDefault(Tally.GAPS, 0L),
                tally.getOrDefault(Tally.REPORTS, 0L),
                tally.getOrDefault(Tally.REPORTS_DUPLICATE, 0L),
                tally.getOrDefault(Tally.EPOCHS, 0L),
                tally.getOrDefault(Tally.EPOCHS_DUPLICATE, 0L),
                refused);
    }
}
