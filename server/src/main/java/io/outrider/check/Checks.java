package io.outrider.check;

import io.outrider.position.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The checks in their order. Immutable, safe for use by many threads. */
public final class Checks {
    /** How far a position may be dated after its receipt. */
    public static final Duration AHEAD_MAX = Duration.ofMinutes(10);

    private final List<Check> checks;

    private Checks(List<Check> checks) {
        this.checks = checks;
    }

    /** What a position must pass to be believed. To add a check, add a line. */
    public static Checks all() {
        return new Checks(List.of(new FutureDate(AHEAD_MAX)));
    }

    public Verdict judge(Position position, Instant receivedAt) {
        Verdict verdict = Verdict.PLAUSIBLE;
        for (Check check : checks) {
            var objection = check.objection(position, receivedAt);
            if (objection.isPresent()) {
                verdict = verdict.with(objection.get());
            }
        }
        return verdict;
    }
}
