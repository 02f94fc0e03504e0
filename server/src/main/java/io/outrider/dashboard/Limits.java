package io.outrider.dashboard;

import java.time.Duration;

/** Ours to choose. Every queue, loop, body and lifetime of this package has its line here. */
final class Limits {
    static final int BODY_BYTES_MAX = 4 * 1024;
    static final int HEADER_BYTES_MAX = 8 * 1024;

    static final int PASSWORD_CHARS_MIN = 12;
    static final int PASSWORD_CHARS_MAX = 128;

    /** Argon2 takes 64 MiB a call: two at a time, the rest wait, and not for long. */
    static final int PASSWORD_CHECKS_AT_ONCE = 2;

    static final Duration PASSWORD_CHECK_WAIT = Duration.ofSeconds(5);

    static final Duration SET_UP_LINK_LIFE = Duration.ofHours(24);
    static final Duration SESSION_IDLE_MAX = Duration.ofHours(12);
    static final Duration SESSION_LIFE = Duration.ofDays(7);
    static final int SESSIONS_OF_ACCOUNT_MAX = 32;
    static final Duration DEVICE_LIFE = Duration.ofDays(180);
    static final int DEVICES_OF_ACCOUNT_MAX = 32;

    /** A session's last use is written no more often than this. */
    static final Duration SESSION_USE_WRITTEN_EVERY = Duration.ofMinutes(1);

    static final int ATTEMPT_KEYS_MAX = 20_000;

    static final int STREAMS_MAX = 200;
    static final int STREAMS_OF_ACCOUNT_MAX = 50;
    static final int STREAM_BATCH_MAX = 1_000;
    static final Duration STREAM_BATCH_EVERY = Duration.ofMillis(250);
    static final Duration STREAM_BEAT_EVERY = Duration.ofSeconds(10);

    /** A browser that takes nothing for this long is dropped; it comes back and resumes. */
    static final Duration CONNECTION_IDLE_MAX = Duration.ofSeconds(30);

    /** Stored positions that wait for the map; beyond that the newest of each tracker will do. */
    static final int FEED_WAITING_MAX = 10_000;

    static final Duration FLEET_ASKED_EVERY = Duration.ofSeconds(2);

    static final int TRACK_POINTS_MAX = 4_000;

    private Limits() {}
}
