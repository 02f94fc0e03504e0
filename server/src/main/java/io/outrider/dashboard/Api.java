package io.outrider.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import io.outrider.topic.TrackerId;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every address that the dashboard answers. A route demands a session unless it is registered as
 * open, and what changes something demands the page's own origin: neither is left to the route.
 */
final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final String SESSION = "session";
    private static final Set<HandlerType> READING = Set.of(HandlerType.GET, HandlerType.HEAD);

    private final Accounts accounts;
    private final SignIn signIn;
    private final PositionSource positions;
    private final LiveHub hub;
    private final LiveStream live;
    private final WebFiles files;
    private final MetricsDoor metrics;
    private final InstantSource clock;

    /** A route without this role demands a session. */
    private enum Open implements RouteRole {
        TO_ANYONE
    }

    Api(
            Accounts accounts,
            SignIn signIn,
            PositionSource positions,
            LiveHub hub,
            WebFiles files,
            MetricsDoor metrics,
            InstantSource clock) {
        this.accounts = accounts;
        this.signIn = signIn;
        this.positions = positions;
        this.hub = hub;
        this.live = new LiveStream(hub, accounts, clock);
        this.files = files;
        this.metrics = metrics;
        this.clock = clock;
    }

    void register(RoutesConfig routes) {
        routes.before(Api::requireOwnOrigin);
        routes.beforeMatched(this::requireSession);

        open(routes, HandlerType.GET, "/", files::sendPage);
        open(routes, HandlerType.GET, "/setup", files::sendPage);
        open(routes, HandlerType.GET, "/assets/{name}", files::sendAsset);
        open(routes, HandlerType.GET, "/api/session", this::session);
        open(routes, HandlerType.POST, "/api/setup", signIn::setUp);
        open(routes, HandlerType.POST, "/api/login", signIn::signIn);
        open(routes, HandlerType.GET, "/metrics", metrics::serve); // asks for its token itself

        routes.post("/api/logout", context -> signIn.signOut(context, sessionOf(context)));
        routes.get("/api/vehicles", this::vehicles);
        routes.get("/api/vehicles/{fleet}/{tracker}/track", this::track);
        routes.get("/api/live", context -> live.serve(context, sessionOf(context)));

        routes.exception(Refused.class, Api::refuse);
        routes.exception(Exception.class, Api::fail);
        routes.error(404, Api::answerNotFound);
    }

    private static void open(RoutesConfig routes, HandlerType type, String path, Handler handler) {
        routes.addHttpHandler(type, path, handler, Open.TO_ANYONE);
    }

    /**
     * The cookie alone would do in a browser that knows SameSite; this also holds where a sibling
     * host or an old browser does not.
     */
    private static void requireOwnOrigin(Context context) throws Refused {
        if (READING.contains(context.method())) {
            return;
        }
        String site = context.header("Sec-Fetch-Site");
        boolean own = ("https://" + context.host()).equals(context.header("Origin"));
        if (!own || (site != null && !site.equals("same-origin"))) {
            throw Refused.wrongOrigin();
        }
    }

    private void requireSession(Context context) throws Refused, SQLException {
        if (context.routeRoles().contains(Open.TO_ANYONE)) {
            return;
        }
        Session session =
                accounts.session(Cookies.sent(context, Cookies.SESSION), true)
                        .orElseThrow(Refused::signInRequired);
        context.attribute(SESSION, session);
    }

    private static Session sessionOf(Context context) throws Refused {
        Session session = context.attribute(SESSION);
        if (session == null) {
            throw Refused.signInRequired();
        }
        return session;
    }

    private void session(Context context) throws SQLException {
        Optional<Session> session = accounts.session(Cookies.sent(context, Cookies.SESSION), false);
        answer(
                context,
                new Views.SessionView(session.map(Session::user).orElse(null), accounts.isEmpty()));
    }

    private void vehicles(Context context) {
        LiveHub.Everything everything = hub.everything();
        answer(
                context,
                new Views.VehiclesView(
                        clock.instant(),
                        everything.cursor(),
                        everything.vehicles().stream().map(Views.VehicleView::of).toList()));
    }

    private void track(Context context) throws Refused {
        String fleet = context.pathParam("fleet");
        String name = context.pathParam("tracker");
        FleetSource.Member member =
                TrackerId.parse(fleet + "." + name)
                        .flatMap(hub::member)
                        .orElseThrow(Refused::notFound);
        ZoneId zone = zone(context);
        LocalDate day = day(context, zone);
        var track = new Track(Limits.TRACK_POINTS_MAX);
        positions.history(
                member.enrolment(),
                day.atStartOfDay(zone).toInstant(),
                day.plusDays(1).atStartOfDay(zone).toInstant(),
                track::add);
        answer(
                context,
                new Views.TrackView(
                        fleet,
                        name,
                        day,
                        zone.getId(),
                        track.count(),
                        track.points().stream().map(Views.PositionView::of).toList()));
    }

    private static ZoneId zone(Context context) throws Refused {
        String zone = context.queryParam("zone");
        try {
            return ZoneId.of(zone == null ? "UTC" : zone);
        } catch (DateTimeException e) {
            throw Refused.malformed("'zone' is a time zone such as UTC or Europe/Berlin.");
        }
    }

    private LocalDate day(Context context, ZoneId zone) throws Refused {
        String day = context.queryParam("day");
        try {
            LocalDate date =
                    day == null ? LocalDate.ofInstant(clock.instant(), zone) : LocalDate.parse(day);
            if (date.getYear() < 1970 || date.getYear() > 9998) {
                throw Refused.malformed("'day' is a date from 1970 to 9998.");
            }
            return date;
        } catch (DateTimeException e) {
            throw Refused.malformed("'day' is a date such as 2026-11-22.");
        }
    }

    private static void answer(Context context, Object view) {
        context.contentType("application/json").result(Views.json(view));
    }

    private static void refuse(Refused refused, Context context) {
        context.status(refused.status());
        if (refused.retryAfter() != null) {
            context.header("Retry-After", String.valueOf(refused.retryAfter().toSeconds()));
        }
        context.header("Cache-Control", "no-store");
        answer(context, refused.view());
    }

    /** The top: what nobody below could handle. The browser learns only that. */
    private static void fail(Exception failure, Context context) {
        if (context.res().isCommitted()) {
            LOG.debug("a stream ended: {}", failure.toString());
            return;
        }
        LOG.error("{} {} failed", context.method(), context.path(), failure);
        context.status(500);
        answer(context, new Views.ErrorView("failed", "The server failed. Its log says why."));
    }

    private static void answerNotFound(Context context) {
        answer(context, Refused.notFound().view());
    }
}
