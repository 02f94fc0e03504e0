package io.outrider.seal;

import org.jspecify.annotations.Nullable;

/** The payload of an announcement in which one thing or another is not as it should be. */
final class AnnouncementPayload {
    private final Announcement from;
    private int version = 1;
    private String tracker;
    private long epochNumber;
    private @Nullable Long predecessor = Scenario.PREDECESSOR;
    private long timeBaseMs;
    private int suite;
    private long backendKeyId;
    private byte[] encapsulation;
    private boolean extra;

    AnnouncementPayload(Announcement from) {
        this.from = from;
        this.tracker = from.tracker();
        this.epochNumber = from.epochNumber();
        this.timeBaseMs = from.timeBaseMs();
        this.suite = from.suite().code();
        this.backendKeyId = from.backendKeyId();
        this.encapsulation = from.encapsulation().toArray();
    }

    AnnouncementPayload version(int other) {
        version = other;
        return this;
    }

    AnnouncementPayload tracker(String other) {
        tracker = other;
        return this;
    }

    AnnouncementPayload epochNumber(long other) {
        epochNumber = other;
        return this;
    }

    AnnouncementPayload predecessor(@Nullable Long other) {
        predecessor = other;
        return this;
    }

    AnnouncementPayload timeBaseMs(long other) {
        timeBaseMs = other;
        return this;
    }

    AnnouncementPayload suite(int other) {
        suite = other;
        return this;
    }

    AnnouncementPayload backendKeyId(long other) {
        backendKeyId = other;
        return this;
    }

    AnnouncementPayload encapsulation(byte[] other) {
        encapsulation = other;
        return this;
    }

    AnnouncementPayload extra() {
        extra = true;
        return this;
    }

    byte[] build() {
        CborWriter out =
                new CborWriter()
                        .array(extra ? 13 : 12)
                        .number(version)
                        .text(from.fleet())
                        .text(tracker)
                        .number(epochNumber)
                        .id(from.epochId());
        if (predecessor == null) {
            out.nothing();
        } else {
            out.id(predecessor);
        }
        out.id(from.journalId())
                .number(from.nextSequence())
                .number(timeBaseMs)
                .number(suite)
                .id(backendKeyId)
                .bytes(encapsulation);
        return (extra ? out.number(0) : out).end().toBytes();
    }
}
