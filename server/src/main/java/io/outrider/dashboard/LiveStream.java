package io.outrider.dashboard;

import io.javalin.http.Context;
import io.outrider.dashboard.LiveHub.Changes;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code GET /api/live}: server-sent events, as long as the browser stays and its session goes on.
 * The request's own virtual thread does all the writing and blocks where the browser is slow, which
 * nobody else notices.
 */
final class LiveStream {
    /** Between two looks at whether the session goes on. */
    private static final Duration SESSION_CHECKED_EVERY = Duration.ofSeconds(1);

    private final LiveHub hub;
    private final Accounts accounts;
    private final InstantSource clock;
    private final Map<Long, Integer> streamsByAccount = new ConcurrentHashMap<>();

    LiveStream(LiveHub hub, Accounts accounts, InstantSource clock) {
        this.hub = hub;
        this.accounts = accounts;
        this.clock = clock;
    }

    void serve(Context context, Session session) throws Refused, IOException, SQLException {
        enter(session);
        try {
            context.res().setContentType("text/event-stream");
            context.res().setCharacterEncoding("utf-8");
            context.header("X-Accel-Buffering", "no");
            write(context.res().getOutputStream(), session, start(context));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server stops
        } finally {
            leave(session);
        }
    }

    /**
     * The change to go on after. Where the browser names none of this run of the server, it gets
     * everything: that is after 0.
     */
    private long start(Context context) {
        String resumed = context.header("Last-Event-ID");
        String asked = resumed != null ? resumed : context.queryParam("after");
        return hub.number(asked == null ? "" : asked).orElse(0);
    }

    private void write(ServletOutputStream out, Session session, long after)
            throws IOException, SQLException, InterruptedException {
        long known = after;
        Instant beatDue = clock.instant();
        send(out, "retry: 2000\n\n");
        while (accounts.session(session.token(), false).isPresent()) {
            Changes changes = hub.after(known, SESSION_CHECKED_EVERY);
            if (changes.closed()) {
                return;
            }
            if (changes.change() > known) {
                send(out, events(changes));
                known = changes.change();
                Thread.sleep(Limits.STREAM_BATCH_EVERY);
            } else if (!clock.instant().isBefore(beatDue)) {
                send(
                        out,
                        "event: beat\ndata: " + json(new Views.BeatView(clock.instant())) + "\n\n");
                beatDue = clock.instant().plus(Limits.STREAM_BEAT_EVERY);
            }
        }
        send(out, "event: end\ndata: {}\n\n");
    }

    private String events(Changes changes) {
        var events = new StringBuilder();
        if (!changes.vehicles().isEmpty()) {
            var vehicles = changes.vehicles().stream().map(Views.VehicleView::of).toList();
            events.append("event: vehicles\ndata: ")
                    .append(json(new Views.ChangesView(clock.instant(), vehicles)))
                    .append("\n\n");
        }
        if (changes.fleet()) {
            events.append("event: fleet\ndata: {}\n\n");
        }
        // Last, and an event of its own: a browser that got half of this resumes before it.
        return events.append("id: ")
                .append(hub.cursor(changes.change()))
                .append("\nevent: mark\ndata: {}\n\n")
                .toString();
    }

    private static String json(Object view) {
        return new String(Views.json(view), StandardCharsets.UTF_8);
    }

    private static void send(ServletOutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void enter(Session session) throws Refused {
        int all = streamsByAccount.values().stream().mapToInt(Integer::intValue).sum();
        int own = streamsByAccount.merge(session.account(), 1, Integer::sum);
        if (own > Limits.STREAMS_OF_ACCOUNT_MAX || all >= Limits.STREAMS_MAX) {
            leave(session);
            throw Refused.busy();
        }
    }

    private void leave(Session session) {
        streamsByAccount.computeIfPresent(
                session.account(), (_, count) -> count == 1 ? null : count - 1);
    }
}
