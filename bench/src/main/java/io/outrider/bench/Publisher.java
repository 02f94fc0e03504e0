package io.outrider.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection that publishes sealed reports, one in flight. Its methods belong to the thread of
 * its link's loop.
 */
final class Publisher implements Link.Ear {
    private final Link link;
    private final Vehicle vehicle;
    private final int positions;
    private final AtomicLong budget;
    private final Tally tally;
    private CompletableFuture<Integer> announced = new CompletableFuture<>();
    private boolean isWaiting;
    private boolean isPaced = true;
    private long sentNanos;
    private long bytes;

    /**
     * @param budget how many reports may still be sent, by all publishers together
     */
    Publisher(Link link, Vehicle vehicle, int positions, AtomicLong budget, Tally tally) {
        this.link = link;
        this.vehicle = vehicle;
        this.positions = positions;
        this.budget = budget;
        this.tally = tally;
        link.hear(this);
    }

    Link link() {
        return link;
    }

    /** Publishes the epoch; gives the reason code of its PUBACK. */
    CompletableFuture<Integer> announce() {
        announced = new CompletableFuture<>();
        isWaiting = true;
        link.publish(vehicle.epochTopic(), vehicle.announcement());
        return announced;
    }

    /** Nothing has to be announced to a server that cannot open what it gets. */
    CompletableFuture<Integer> needNotAnnounce() {
        announced.complete(0);
        return announced;
    }

    /** Sends the next as soon as the last is acknowledged, until the budget is spent. */
    void saturate() {
        isPaced = false;
        sendIfFree();
    }

    /** Sends one now, if none is in flight; tells whether it did. */
    boolean sendIfFree() {
        if (isWaiting || budget.getAndDecrement() <= 0) {
            return false;
        }
        isWaiting = true;
        byte[] report = vehicle.report(positions);
        bytes += report.length;
        tally.sent();
        sentNanos = System.nanoTime();
        link.publish(vehicle.reportTopic(), report);
        return true;
    }

    /** Of all reports that it sent. */
    long bytes() {
        return bytes;
    }

    void halt() {
        isPaced = true;
    }

    @Override
    public void answered(int reasonCode) {
        isWaiting = false;
        if (!announced.isDone()) {
            announced.complete(reasonCode);
            return;
        }
        if (reasonCode == 0 || reasonCode == 0x10) { // 0x10: nobody has subscribed
            tally.acknowledged(System.nanoTime() - sentNanos);
        } else {
            tally.trouble("PUBACK 0x%02X".formatted(reasonCode));
        }
        if (!isPaced) {
            sendIfFree();
        }
    }

    @Override
    public void lost(String why) {
        announced.complete(-1);
        tally.trouble("lost: " + why);
    }
}
