package io.outrider.keys;

import org.jspecify.annotations.Nullable;

/**
 * Whoever runs the server has to do something first: a file is missing, damaged or readable by
 * others, a passphrase is wrong. The message says what is the matter, the hint what to do.
 */
public final class OperatorException extends Exception {
    private final String hint;

    public OperatorException(String problem, String hint) {
        super(problem);
        this.hint = hint;
    }

    public OperatorException(String problem, String hint, @Nullable Throwable cause) {
        super(problem, cause);
        this.hint = hint;
    }

    /** What to do about it: one sentence, for whoever reads the console. */
    public String hint() {
        return hint;
    }
}
