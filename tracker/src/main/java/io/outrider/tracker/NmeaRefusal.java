package io.outrider.tracker;

/** Why something that came from the receiver is not, or not part of, a position. */
public enum NmeaRefusal {
    /** A line that starts with '#': log files have them. */
    COMMENT("comment lines"),
    /** Bytes that are no sentence: binary protocols, boot messages, a line without '$'. */
    GARBAGE("lines that are no sentence"),
    /** Longer than {@link NmeaFramer#SENTENCE_BYTES_MAX}. */
    TOO_LONG("lines too long"),
    /** A sentence that ends, or is interrupted by another, before its checksum. */
    HALF_SENTENCE("half sentences"),
    WRONG_CHECKSUM("wrong checksums"),
    /** A field that is not of the form or in the range that NMEA 0183 gives it. */
    MALFORMED_FIELD("malformed fields"),
    /** RMC with status V or mode N; GGA with fix 0. */
    EMPTY_FIX("empty fixes"),
    /** A GGA whose time no RMC has: of which day it is nobody knows. */
    NO_DATE("fixes without a date"),
    /** A date that the receiver cannot have seen: its week number has rolled over. */
    ROLL_OVER("dates before their time (week roll-over)");

    private final String plural;

    NmeaRefusal(String plural) {
        this.plural = plural;
    }

    /** In words, to stand after a number. */
    public String plural() {
        return plural;
    }
}
