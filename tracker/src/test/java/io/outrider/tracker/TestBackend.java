package io.outrider.tracker;

import io.outrider.position.MalformedRun;
import io.outrider.position.Position;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.Announcement;
import io.outrider.seal.BackendEpoch;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealedReport;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A backend at the other end of a wire that does not exist: opens what trackers really seal, stores
 * it by sequence, and answers as a test scripts it. Everything runs in one thread of its own.
 */
final class TestBackend implements AutoCloseable {
    /** What to do with one publication. */
    sealed interface Script {
        /** Stores and answers 0x00. */
        record Acknowledge() implements Script {}

        /** Answers so, and stores nothing. */
        record Refuse(int code, String reason) implements Script {}

        /** Stores, and the answer is lost. */
        record StoreSilently() implements Script {}

        /** Neither. */
        record Ignore() implements Script {}

        /** Stores; then the connection is gone, the answer with it. */
        record StoreAndHangUp() implements Script {}
    }

    /** One publication as it came. */
    record Published(int number, Channel channel, long epochId, long counter, @Nullable Run run) {}

    private final TestAuthority authority;
    private final TrackerId id;
    private final PublicKey identity;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<Long, Announcement> epochs = new ConcurrentHashMap<>();
    final List<Announcement> announcements = Collections.synchronizedList(new ArrayList<>());
    final List<Published> published = Collections.synchronizedList(new ArrayList<>());
    final Map<Long, Position> stored = Collections.synchronizedMap(new TreeMap<>());
    final List<Run.Dropped> dropped = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> tags = new HashMap<>();
    final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private volatile Function<Published, Script> script = _ -> new Script.Acknowledge();
    private @Nullable Wire wire;
    volatile boolean reachable = true;
    private int number;

    TestBackend(TestAuthority authority, TrackerId id, PublicKey identity) {
        this.authority = authority;
        this.id = id;
        this.identity = identity;
    }

    void script(Function<Published, Script> answers) {
        script = answers;
    }

    Uplink uplink(Uplink.Events events) {
        return new Wire(events);
    }

    void forgetEpochs() {
        epochs.clear();
    }

    void hangUp() {
        thread.execute(() -> {
            if (wire != null) {
                wire.hangUp("hung up");
            }
        });
    }

    void sendDown(byte[] payload) {
        thread.execute(() -> {
            if (wire != null) {
                wire.events.down(payload);
            }
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private final class Wire implements Uplink {
        private final Events events;
        private boolean open;

        private Wire(Events events) {
            this.events = events;
        }

        @Override
        public void connect() {
            thread.execute(() -> {
                open = reachable;
                wire = this;
                if (open) {
                    events.connected();
                } else {
                    events.disconnected("refused");
                }
            });
        }

        @Override
        public void publish(long ticket, Channel channel, byte[] payload) {
            thread.execute(() -> {
                if (open) {
                    try {
                        take(this, ticket, channel, payload);
                    } catch (Refusal | MalformedRun e) {
                        faults.add(e.toString());
                        events.answered(ticket, 0x99, "forged " + e.getMessage());
                    }
                }
            });
        }

        private void hangUp(String why) {
            if (open) {
                open = false;
                events.disconnected(why);
            }
        }

        @Override
        public void disconnect() {
            thread.execute(() -> hangUp("asked to"));
        }

        @Override
        public void close() {}
    }

    private void take(Wire from, long ticket, Channel channel, byte[] payload)
            throws Refusal, MalformedRun {
        if (channel == Channel.EPOCH) {
            Announcement announced =
                    BackendEpoch.verify(payload, id.fleet(), id.tracker(), identity);
            Published publication = new Published(number++, channel, announced.epochId(), 0, null);
            published.add(publication);
            announcements.add(announced);
            Script then = script.apply(publication);
            if (!(then instanceof Script.Refuse) && !(then instanceof Script.Ignore)) {
                epochs.put(announced.epochId(), announced);
            }
            answer(from, ticket, then);
            return;
        }
        SealedReport report = SealedReport.parse(payload);
        Announcement epoch = null;
        for (Announcement known : epochs.values()) {
            if ((known.epochNumber() & 0xFF) == report.epochLowByte()) {
                epoch = known;
            }
        }
        if (epoch == null) {
            from.events.answered(ticket, 0x83, "announce unknown epoch");
            return;
        }
        Run run = open(epoch, report);
        Published publication =
                new Published(number++, channel, epoch.epochId(), report.counter(), run);
        published.add(publication);
        Script then = script.apply(publication);
        if (!(then instanceof Script.Refuse) && !(then instanceof Script.Ignore)) {
            store(run);
        }
        answer(from, ticket, then);
    }

    private Run open(Announcement epoch, SealedReport report) throws Refusal, MalformedRun {
        String tag = HexFormat.of().formatHex(report.tag());
        String before = tags.putIfAbsent(epoch.epochId() + "/" + report.counter(), tag);
        if (before != null && !before.equals(tag)) {
            faults.add("one counter under two tags");
        }
        try (var secret = BackendEpoch.epochSecret(epoch, authority.sealing);
                var opener = BackendEpoch.of(epoch, secret)) {
            return RunCodec.decode(opener.open(report), epoch.nextSequence(), epoch.timeBaseMs());
        }
    }

    private void store(Run run) {
        switch (run) {
            case Run.Positions positions -> {
                for (int i = 0; i < positions.count(); i++) {
                    Position position = positions.positions().get(i);
                    Position before = stored.put(run.firstSequence() + i, position);
                    if (before != null && !before.equals(position)) {
                        faults.add("sequence " + (run.firstSequence() + i) + " used twice");
                    }
                }
            }
            case Run.Dropped given -> dropped.add(given);
        }
    }

    private static void answer(Wire to, long ticket, Script then) {
        switch (then) {
            case Script.Acknowledge() -> to.events.answered(ticket, 0, "");
            case Script.Refuse(int code, String reason) -> to.events.answered(ticket, code, reason);
            case Script.StoreSilently(), Script.Ignore() -> {}
            case Script.StoreAndHangUp() -> to.hangUp("gone");
        }
    }
}
