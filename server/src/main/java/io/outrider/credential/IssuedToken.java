package io.outrider.credential;

import java.time.Instant;
import java.util.function.Function;

/** A token that we signed. Whoever has it has its rights until it ends, so it is not printed. */
public final class IssuedToken {
    private final String id;
    private final Instant until;
    private final String compact;

    IssuedToken(String id, Instant until, String compact) {
        this.id = id;
        this.until = until;
        this.compact = compact;
    }

    /** {@code jti}, for the log. */
    public String id() {
        return id;
    }

    public Instant until() {
        return until;
    }

    /** The only way to the text. Rare on purpose: reviewers look for this word. */
    public <T> T exposeTo(Function<String, T> use) {
        return use.apply(compact);
    }

    @Override
    public String toString() {
        return "IssuedToken " + id + " until " + until;
    }
}
