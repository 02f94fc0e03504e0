package io.outrider.cli;

/**
 * Something that the person at the command line can put right: what is wrong, and what to do about
 * it.
 */
final class OperatorException extends Exception {
    private final String hint;

    /**
     * @param problem what is wrong, one sentence without a full stop
     * @param hint what to do, or empty where the problem says it
     */
    OperatorException(String problem, String hint) {
        super(problem);
        this.hint = hint;
    }

    OperatorException(String problem, String hint, Throwable cause) {
        super(problem, cause);
        this.hint = hint;
    }

    String problem() {
        String message = getMessage();
        return message == null ? "unknown problem" : message;
    }

    String hint() {
        return hint;
    }
}
