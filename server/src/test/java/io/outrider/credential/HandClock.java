package io.outrider.credential;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Turned by hand. */
public final class HandClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-22T12:00:00Z");

    public void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
