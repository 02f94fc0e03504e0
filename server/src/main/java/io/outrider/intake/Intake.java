package io.outrider.intake;

import io.outrider.check.Checks;
import io.outrider.check.Verdict;
import io.outrider.fleet.Registry;
import io.outrider.fleet.Tracker;
import io.outrider.intake.Answer.Reason;
import io.outrider.keys.CommandKey;
import io.outrider.keys.SealingKeys;
import io.outrider.position.MalformedRun;
import io.outrider.position.Run;
import io.outrider.position.RunCodec;
import io.outrider.seal.Agreement;
import io.outrider.seal.Announcement;
import io.outrider.seal.BackendEpoch;
import io.outrider.seal.Bytes;
import io.outrider.seal.Refusal;
import io.outrider.seal.SealedReport;
import io.outrider.seal.Secret;
import io.outrider.store.Outcome;
import io.outrider.store.ReceivedReport;
import io.outrider.store.RefusedMessage;
import io.outrider.store.Store;
import io.outrider.store.StoreException;
import io.outrider.topic.Channel;
import io.outrider.topic.TrackerId;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens what trackers send, judges it, has it stored and answers. Decides nothing about repeats:
 * the store's one writer does, so that two messages at once are no different from two in turn. Safe
 * for use by many threads.
 */
public final class Intake implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Intake.class.getName());

    private final Registry registry;
    private final Store store;
    private final SealingKeys sealingKeys;
    private final Checks checks;
    private final IntakeLimits limits;
    private final OpenEpochs epochs;
    private final AnnounceRequests announceRequests;
    private final ThreadPoolExecutor slow;

    public Intake(
            Registry registry,
            Store store,
            SealingKeys sealingKeys,
            CommandKey commandKey,
            Checks checks,
            IntakeLimits limits) {
        this.registry = registry;
        this.store = store;
        this.sealingKeys = sealingKeys;
        this.checks = checks;
        this.limits = limits;
        this.epochs = new OpenEpochs(store, limits.epochsOpenMax());
        this.announceRequests = new AnnounceRequests(commandKey, limits);
        this.slow =
                new ThreadPoolExecutor(
                        limits.slowThreads(),
                        limits.slowThreads(),
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(limits.slowWaitingMax()),
                        Thread.ofPlatform().name("intake ", 0).daemon().factory());
    }

    /** One message and all that is known of its way. */
    private record Message(
            TrackerId tracker,
            long enrolment,
            Channel channel,
            Bytes payload,
            Instant receivedAt) {}

    /**
     * Takes one message of a tracker that the broker has authenticated. Returns within
     * microseconds; what needs the disk or a signature goes on elsewhere. The future never fails.
     *
     * @param enrolment the number under which the tracker's certificate is registered
     * @param channel where it was published
     */
    public CompletableFuture<Answer> accept(
            TrackerId tracker,
            long enrolment,
            Channel channel,
            byte[] payload,
            Instant receivedAt) {
        var message = new Message(tracker, enrolment, channel, Bytes.copyOf(payload), receivedAt);
        PublicKey identityKey = identityKey(tracker, enrolment);
        if (identityKey == null) {
            return refuse(message, Reason.FOREIGN, "not the tracker that is registered");
        }
        return switch (channel) {
            case EPOCH -> slowly(() -> acceptAnnouncement(message, payload, identityKey));
            case REPORT -> acceptReport(message, payload);
            case DOWN, FEED -> refuse(message, Reason.FOREIGN, "not a tracker's topic to publish");
        };
    }

    /** Ends once what was begun is with the store. The store stays open. */
    @Override
    public void close() {
        slow.close();
    }

    private CompletableFuture<Answer> acceptReport(Message message, byte[] payload) {
        SealedReport sealed;
        try {
            sealed = SealedReport.parse(payload);
        } catch (Refusal e) {
            Reason reason = isPlainText(payload) ? Reason.UNSEALED : reason(e);
            return refuse(message, reason, String.valueOf(e.getMessage()));
        }
        OpenEpoch epoch = epochs.find(message.enrolment(), sealed.epochLowByte());
        if (epoch != null) {
            return open(message, sealed, epoch);
        }
        return slowly(() ->
                epochs.load(message.tracker(), message.enrolment(), sealed.epochLowByte())
                        .map(loaded -> open(message, sealed, loaded))
                        .orElseGet(() -> announce(message)));
    }

    private CompletableFuture<Answer> open(Message message, SealedReport sealed, OpenEpoch epoch) {
        Run run;
        try {
            byte[] plaintext = epoch.opener().open(sealed);
            run = RunCodec.decode(plaintext, epoch.nextSequence(), epoch.timeBaseMs());
        } catch (Refusal e) {
            return refuse(message, reason(e), String.valueOf(e.getMessage()));
        } catch (MalformedRun e) {
            return refuse(message, Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
        var report =
                new ReceivedReport(
                        message.enrolment(),
                        epoch.number(),
                        epoch.id(),
                        sealed.counter(),
                        ByteBuffer.wrap(sealed.tag()).getLong(),
                        epoch.journal(),
                        run,
                        verdicts(run, message.receivedAt()),
                        message.receivedAt(),
                        message.receivedAt().minus(limits.lateAfter()),
                        message.payload());
        return store.add(report).thenApply(outcome -> answer(message, outcome));
    }

    private CompletableFuture<Answer> acceptAnnouncement(
            Message message, byte[] payload, PublicKey identityKey) {
        TrackerId tracker = message.tracker();
        try {
            Announcement announced =
                    BackendEpoch.verify(payload, tracker.fleet(), tracker.tracker(), identityKey);
            Optional<Agreement> key = sealingKeys.find(announced.suite(), announced.backendKeyId());
            if (key.isEmpty()) {
                return refuse(message, Reason.UNKNOWN_KEY, "sealed to a key that is not ours");
            }
            try (Secret secret = BackendEpoch.epochSecret(announced, key.get())) {
                return begin(message, announced, secret);
            }
        } catch (Refusal e) {
            Reason reason = isPlainText(payload) ? Reason.UNSEALED : reason(e);
            return refuse(message, reason, String.valueOf(e.getMessage()));
        }
    }

    private CompletableFuture<Answer> begin(
            Message message, Announcement announced, Secret secret) {
        OpenEpoch epoch = OpenEpoch.of(message.enrolment(), announced, secret);
        return store.add(
                        message.enrolment(),
                        announced,
                        secret,
                        message.receivedAt(),
                        message.payload())
                .thenApply(outcome -> {
                    if (outcome instanceof Outcome.Committed) {
                        epochs.remember(epoch);
                    }
                    return answer(message, outcome);
                });
    }

    private CompletableFuture<Answer> announce(Message message) {
        return store.countUnknownEpoch().thenApply(outcome -> answer(message, outcome));
    }

    private CompletableFuture<Answer> refuse(Message message, Reason reason, String why) {
        var refused =
                RefusedMessage.of(
                        message.enrolment(),
                        message.channel(),
                        reason.word(),
                        message.receivedAt(),
                        message.payload());
        return store.add(refused)
                .thenApply(outcome ->
                        outcome instanceof Outcome.Unavailable
                                ? answer(message, outcome)
                                : new Answer.Refused(reason, why));
    }

    private Answer answer(Message message, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Committed() -> new Answer.Stored();
            case Outcome.Duplicate() -> new Answer.Duplicate();
            case Outcome.BelowWindow() -> new Answer.SealAgain();
            case Outcome.Clone(String why) -> new Answer.Refused(Reason.CLONE, why);
            case Outcome.UnknownEpoch() ->
                    new Answer.Announce(
                            announceRequests.request(
                                    message.tracker(), message.enrolment(), message.receivedAt()));
            case Outcome.Erased() -> new Answer.Refused(Reason.FOREIGN, "erased");
            case Outcome.Unavailable(String why) -> new Answer.Unavailable(why);
        };
    }

    /** On another thread; too much of it is not taken now. */
    private CompletableFuture<Answer> slowly(Supplier<CompletableFuture<Answer>> task) {
        return CompletableFuture.completedFuture(task)
                .thenComposeAsync(Supplier::get, slow)
                .exceptionally(Intake::unavailable);
    }

    private static Answer unavailable(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return switch (cause) {
            case StoreException e -> new Answer.Unavailable(String.valueOf(e.getMessage()));
            case RejectedExecutionException _ ->
                    new Answer.Unavailable("too many announcements at once");
            default -> {
                LOG.log(System.Logger.Level.ERROR, "a message was not answered", cause);
                yield new Answer.Unavailable("an error of ours");
            }
        };
    }

    private @Nullable PublicKey identityKey(TrackerId id, long enrolment) {
        return registry.find(id)
                .filter(tracker -> tracker.enrolment() == enrolment)
                .map(Tracker::state)
                .map(state -> state instanceof Tracker.Enrolled it ? it.identityKey() : null)
                .orElse(null);
    }

    private List<Verdict> verdicts(Run run, Instant receivedAt) {
        return switch (run) {
            case Run.Positions(_, var positions) ->
                    positions.stream().map(position -> checks.judge(position, receivedAt)).toList();
            case Run.Dropped _ -> List.of();
        };
    }

    private static Reason reason(Refusal refusal) {
        return switch (refusal.reason()) {
            case MALFORMED -> Reason.MALFORMED;
            case FORGED, EXPIRED -> Reason.FORGED;
            case UNKNOWN_KEY -> Reason.UNKNOWN_KEY;
            case UNSUPPORTED_SUITE -> Reason.UNSUPPORTED_SUITE;
        };
    }

    /** Whether all of it is printable ASCII or white space, which no sealed message is. */
    private static boolean isPlainText(byte[] payload) {
        for (byte b : payload) {
            if (b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return payload.length > 0;
    }
}
