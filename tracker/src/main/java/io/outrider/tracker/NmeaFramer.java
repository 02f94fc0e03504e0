package io.outrider.tracker;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts a receiver's bytes into sentences: what stands between '$' and the end of the line. A '$'
 * starts a new sentence wherever it comes (NMEA 0183, 5.3), so that one damaged line costs no
 * other. Holds at most one sentence in memory, whatever is sent. Not safe for use by many threads.
 */
final class NmeaFramer {
    /** NMEA 0183 allows 82; receivers of several systems send more. */
    static final int SENTENCE_BYTES_MAX = 256;

    private enum State {
        LINE_START,
        SENTENCE,
        COMMENT,
        GARBAGE,
        /** The rest of a line that is already counted as too long. */
        REST
    }

    private final NmeaCounts counts;
    private final Consumer<String> sentences;
    private final byte[] buffer = new byte[SENTENCE_BYTES_MAX];
    private int length;
    private State state = State.LINE_START;

    /**
     * Hands sentences on.
     *
     * @param sentences gets each line that began with '$', without it and without the line's end
     */
    NmeaFramer(NmeaCounts counts, Consumer<String> sentences) {
        this.counts = counts;
        this.sentences = sentences;
    }

    void accept(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            accept(bytes[i]);
        }
    }

    /** The input is at its end: its last line may lack the line feed. */
    void end() {
        lineEnd();
    }

    private void accept(byte b) {
        if (b == '\n' || b == '\r') {
            lineEnd();
            return;
        }
        if (state == State.COMMENT) {
            return;
        }
        if (b == '$') {
            interrupted();
            state = State.SENTENCE;
            length = 0;
            return;
        }
        switch (state) {
            case LINE_START -> state = b == '#' ? State.COMMENT : State.GARBAGE;
            case SENTENCE -> inSentence(b);
            case COMMENT, GARBAGE, REST -> {}
        }
    }

    private void inSentence(byte b) {
        if (b < ' ' || b == 0x7F) { // bytes above 0x7F are negative
            state = State.GARBAGE;
            return;
        }
        if (length == SENTENCE_BYTES_MAX) {
            counts.line();
            counts.refuse(NmeaRefusal.TOO_LONG);
            state = State.REST;
            return;
        }
        buffer[length++] = b;
    }

    private void interrupted() {
        switch (state) {
            case SENTENCE -> refuseLine(NmeaRefusal.HALF_SENTENCE);
            case GARBAGE -> refuseLine(NmeaRefusal.GARBAGE);
            case LINE_START, COMMENT, REST -> {}
        }
    }

    private void lineEnd() {
        State ended = state;
        state = State.LINE_START;
        switch (ended) {
            case SENTENCE -> {
                counts.line();
                sentences.accept(new String(buffer, 0, length, StandardCharsets.US_ASCII));
            }
            case COMMENT -> refuseLine(NmeaRefusal.COMMENT);
            case GARBAGE -> refuseLine(NmeaRefusal.GARBAGE);
            case LINE_START, REST -> {}
        }
    }

    private void refuseLine(NmeaRefusal reason) {
        counts.line();
        counts.refuse(reason);
    }
}
