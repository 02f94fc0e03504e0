package io.outrider.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * One listener's share of what is newly stored. It waits in a bounded queue; a listener that is too
 * slow loses the oldest and is told how many. Safe for use by many threads.
 */
public final class Subscription implements AutoCloseable {
    private final int waitingMax;
    private final Consumer<Subscription> onClose;
    private final Deque<StoredPosition> waiting = new ArrayDeque<>(); // guarded by this
    private long missed; // guarded by this
    private boolean closed; // guarded by this

    /**
     * What came since the last call.
     *
     * @param missed how many more came that were lost here; what is stored can be read again
     */
    public record Arrived(List<StoredPosition> positions, long missed) {
        public Arrived {
            positions = List.copyOf(positions);
        }
    }

    Subscription(int waitingMax, Consumer<Subscription> onClose) {
        this.waitingMax = waitingMax;
        this.onClose = onClose;
    }

    /** Waits until there is something, the time is over, or the subscription is closed. */
    public synchronized Arrived take(Duration timeMax) throws InterruptedException {
        long until = System.nanoTime() + timeMax.toNanos();
        while (waiting.isEmpty() && missed == 0 && !closed) {
            long leftMs = (until - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                break;
            }
            wait(leftMs);
        }
        var arrived = new Arrived(new ArrayList<>(waiting), missed);
        waiting.clear();
        missed = 0;
        return arrived;
    }

    synchronized void offer(List<StoredPosition> positions) {
        for (StoredPosition position : positions) {
            if (waiting.size() == waitingMax) {
                waiting.remove();
                missed++;
            }
            waiting.add(position);
        }
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        onClose.accept(this);
    }
}
