package io.outrider.dashboard;

import io.outrider.position.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of bounded length through a history of any length, in one pass. Whenever it is full, every
 * second point goes and from then on half as many are taken; first and last point stay. For one
 * thread.
 */
final class Track {
    private final int pointsMax;
    private final List<Position> kept = new ArrayList<>();
    private long count;
    private long stride = 1;
    private @Nullable Position last;

    Track(int pointsMax) {
        this.pointsMax = pointsMax;
    }

    void add(Position position) {
        if (count % stride == 0) {
            if (kept.size() == pointsMax) {
                halve();
            }
            if (count % stride == 0) {
                kept.add(position);
            }
        }
        count++;
        last = position;
    }

    /** How many were added, of which {@link #points} may be a part. */
    long count() {
        return count;
    }

    /** At most one more than the limit. */
    List<Position> points() {
        var points = new ArrayList<>(kept);
        if (last != null && (count - 1) % stride != 0) {
            points.add(last);
        }
        return points;
    }

    private void halve() {
        for (int i = 0; 2 * i < kept.size(); i++) {
            kept.set(i, kept.get(2 * i));
        }
        kept.subList((kept.size() + 1) / 2, kept.size()).clear();
        stride *= 2;
    }
}
