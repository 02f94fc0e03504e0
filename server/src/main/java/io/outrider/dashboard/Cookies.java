package io.outrider.dashboard;

import io.javalin.http.Context;
import java.time.Duration;

/** The two cookies: host-bound, for TLS only, out of reach for scripts and other sites. */
final class Cookies {
    static final String SESSION = "__Host-outrider";
    static final String DEVICE = "__Host-outrider-device";

    private Cookies() {}

    static void set(Context context, String name, String value, Duration life) {
        context.res()
                .addHeader(
                        "Set-Cookie",
                        name
                                + "="
                                + value
                                + "; Path=/; Max-Age="
                                + life.toSeconds()
                                + "; Secure; HttpOnly; SameSite=Strict");
    }

    static void clear(Context context, String name) {
        set(context, name, "", Duration.ZERO);
    }

    /** What the browser sent under this name, or nothing that could be a token. */
    static String sent(Context context, String name) {
        String value = context.cookie(name);
        return value == null ? "" : value;
    }
}
