package io.outrider.cli;

import io.outrider.dashboard.Accounts;
import io.outrider.keys.OperatorException;
import io.outrider.watch.EventKind;
import io.outrider.watch.Feed;
import io.outrider.watch.Seen;
import io.outrider.watch.Watch;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What only a running server can be asked: its events, and the token of its metrics. All else goes
 * on to the operations that it wraps. Safe for use by many threads.
 */
final class WatchOperations implements Operations, AutoCloseable {
    /** Most askers that follow the events at once: the control socket has 16 places. */
    static final int FOLLOWERS_MAX = 4;

    /** Most events that wait for one of them; then it is hung up on. */
    static final int WAITING_MAX = 1_000;

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Logger log = LoggerFactory.getLogger(WatchOperations.class);

    private final Operations others;
    private final Watch watch;
    private final Accounts accounts;
    private final Semaphore places = new Semaphore(FOLLOWERS_MAX);
    private final Set<Feed> feeds = ConcurrentHashMap.newKeySet();

    WatchOperations(Operations others, Watch watch, Accounts accounts) {
        this.others = others;
        this.watch = watch;
        this.accounts = accounts;
    }

    @Override
    public void perform(Request request, Rows rows) throws OperatorException {
        switch (request.verb()) {
            case "events" -> events(request, rows);
            case "metrics token" -> metricsToken(accounts, request, rows);
            default -> others.perform(request, rows);
        }
    }

    /** Makes the token that opens the metrics, or takes it away. */
    static void metricsToken(Accounts accounts, Request request, Rows rows)
            throws OperatorException {
        try {
            if (request.arguments().containsKey("remove")) {
                accounts.removeMetricsToken();
                rows.add(ControlServer.JSON.valueToTree(Map.of("removed", true)));
                return;
            }
            String token = accounts.newMetricsToken();
            rows.add(ControlServer.JSON.valueToTree(Map.of("token", token)));
        } catch (SQLException e) {
            throw new OperatorException(
                    "the database failed (" + e.getMessage() + ")",
                    "Look at the disk and the server's log.",
                    e);
        }
    }

    private void events(Request request, Rows rows) throws OperatorException {
        Set<EventKind> kinds = kinds(request);
        if (!request.arguments().containsKey("follow")) {
            watch.recent(kinds).forEach(seen -> add(rows, seen));
            return;
        }
        if (!places.tryAcquire()) {
            throw new OperatorException(
                    FOLLOWERS_MAX + " others follow the events already", "End one of them.");
        }
        try (Feed feed = watch.follow(kinds, WAITING_MAX, () -> tooSlow(rows))) {
            feeds.add(feed);
            rows.whenGone(feed::close);
            follow(feed, kinds, rows);
        } catch (UncheckedIOException e) {
            log.debug("A follower of the events went away: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            feeds.removeIf(Feed::isClosed);
            places.release();
        }
    }

    /** The feed begins before the recent events are read, so that none is lost in between. */
    private void follow(Feed feed, Set<EventKind> kinds, Rows rows) throws InterruptedException {
        var shown = new HashSet<Long>();
        for (Seen seen : watch.recent(kinds)) {
            add(rows, seen);
            shown.add(seen.number());
        }
        while (!feed.isEnded()) {
            Optional<Seen> next = feed.next(Duration.ZERO);
            if (next.isEmpty()) {
                rows.flush();
                next = feed.next(LOOK_EVERY);
            }
            next.filter(seen -> !shown.remove(seen.number())).ifPresent(seen -> add(rows, seen));
        }
    }

    private static void tooSlow(Rows rows) {
        log.warn("A follower of the events took them too slowly and was cut off");
        rows.hangUp();
    }

    private static Set<EventKind> kinds(Request request) throws OperatorException {
        String text = request.arguments().getOrDefault("kinds", "");
        if (text.isEmpty()) {
            return EventKind.ALL;
        }
        var kinds = EnumSet.noneOf(EventKind.class);
        for (String label : Arrays.asList(text.split(",", -1))) {
            kinds.add(
                    EventKind.labelled(label)
                            .orElseThrow(() ->
                                    new OperatorException(
                                            "there are no events '" + label + "'",
                                            "See ./outrider events --help")));
        }
        return kinds;
    }

    private static void add(Rows rows, Seen seen) {
        rows.add(ControlServer.JSON.valueToTree(seen.fields()));
    }

    /** Ends what follows the events; the askers are told. */
    @Override
    public void close() {
        feeds.forEach(Feed::close);
    }
}
