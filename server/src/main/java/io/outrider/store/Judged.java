package io.outrider.store;

import io.outrider.check.Verdict;
import io.outrider.position.Position;
import io.outrider.position.Run;
import java.util.ArrayList;
import java.util.List;

/** A position and what the checks said of it. */
record Judged(Position position, Verdict verdict) {

    static List<Judged> of(Run.Positions run, List<Verdict> verdicts) {
        List<Judged> judged = new ArrayList<>(run.count());
        for (int i = 0; i < run.count(); i++) {
            judged.add(new Judged(run.positions().get(i), verdicts.get(i)));
        }
        return judged;
    }

    long timeMs() {
        return position.time().toEpochMilli();
    }
}
