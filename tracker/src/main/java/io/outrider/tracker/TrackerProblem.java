package io.outrider.tracker;

/**
 * Something that whoever installs or runs the tracker must mend: the message says what it is and
 * what to do, in one or two lines.
 */
public final class TrackerProblem extends Exception {
    TrackerProblem(String message) {
        super(message);
    }

    TrackerProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
