package io.outrider.bench;

import java.util.List;

/**
 * Sends at a steady rate, the connections in turn. A connection whose turn it is while its last
 * report is unanswered is passed over, and the report goes to the next: the rate holds.
 */
final class Pace implements Runnable {
    private final List<Publisher> publishers;
    private final double perSecond;
    private final long startNanos = System.nanoTime();
    private long sent;
    private int next;

    Pace(List<Publisher> publishers, double perSecond) {
        this.publishers = publishers;
        this.perSecond = perSecond;
    }

    @Override
    public void run() {
        long due = (long) ((System.nanoTime() - startNanos) / 1e9 * perSecond);
        int refusals = 0;
        while (sent < due && refusals < publishers.size()) {
            Publisher publisher = publishers.get(next);
            next = (next + 1) % publishers.size();
            if (publisher.sendIfFree()) {
                sent++;
            } else {
                refusals++;
            }
        }
    }
}
