package io.outrider.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Turned by hand. */
final class TestClock implements InstantSource {
    private volatile Instant now;

    TestClock(Instant now) {
        this.now = now;
    }

    void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
