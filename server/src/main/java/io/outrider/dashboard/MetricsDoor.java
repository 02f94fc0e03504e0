package io.outrider.dashboard;

import io.javalin.http.Context;
import io.outrider.dashboard.Attempts.Kind;
import io.outrider.dashboard.Attempts.Suspect;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code /metrics}: for whoever shows the metrics token, and for a browser that is signed in. The
 * token opens nothing else.
 */
final class MetricsDoor {
    /** RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1). */
    private static final Pattern BEARER =
            Pattern.compile("Bearer +([A-Za-z0-9._~+/=-]{1,512}) *", Pattern.CASE_INSENSITIVE);

    private final Accounts accounts;
    private final MetricsSource source;

    /**
     * Not those of the sign-in: a scraper with an old token would close that to everybody at its
     * address.
     */
    private final Attempts attempts;

    MetricsDoor(Accounts accounts, MetricsSource source, Attempts attempts) {
        this.accounts = accounts;
        this.source = source;
        this.attempts = attempts;
    }

    void serve(Context context) throws Refused, SQLException, IOException {
        if (!isSignedIn(context)) {
            requireToken(context);
        }
        MetricsSource.Page page = source.read();
        context.contentType(page.contentType()).result(page.text());
    }

    private boolean isSignedIn(Context context) throws SQLException {
        return accounts.session(Cookies.sent(context, Cookies.SESSION), true).isPresent();
    }

    /**
     * The right token is let in however many wrong ones came from its address: with 256 random
     * bits, guessing is hopeless; what is damped is the noise.
     */
    private void requireToken(Context context) throws Refused, SQLException, IOException {
        String header = context.header("Authorization");
        Matcher sent = BEARER.matcher(header == null ? "" : header);
        if (sent.matches() && accounts.isMetricsToken(sent.group(1))) {
            return;
        }
        if (header != null) {
            Optional<Duration> wait =
                    attempts.begin(List.of(new Suspect(Kind.ADDRESS, SignIn.prefix(context))));
            if (wait.isPresent()) {
                throw Refused.tooMany(wait.get());
            }
        }
        context.header("WWW-Authenticate", "Bearer realm=\"metrics\"");
        throw Refused.metricsTokenRequired();
    }
}
