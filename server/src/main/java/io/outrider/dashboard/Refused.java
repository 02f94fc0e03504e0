package io.outrider.dashboard;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The browser's request is not answered as it wished: the status and the JSON that it gets. */
final class Refused extends Exception {
    private final int status;
    private final String error;
    private final @Nullable Duration retryAfter;

    private Refused(int status, String error, String message, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.error = error;
        this.retryAfter = retryAfter;
    }

    static Refused malformed(String message) {
        return new Refused(400, "malformed", message, null);
    }

    static Refused signInRequired() {
        return new Refused(401, "sign-in-required", "Sign in first.", null);
    }

    /** One answer for a wrong token and for none. */
    static Refused metricsTokenRequired() {
        return new Refused(
                401,
                "token-required",
                "Send the token of 'outrider metrics token': Authorization: Bearer TOKEN.",
                null);
    }

    /** One answer for an unknown user and a wrong password. */
    static Refused wrongPassword() {
        return new Refused(401, "wrong-password", "User name or password is wrong.", null);
    }

    static Refused wrongOrigin() {
        return new Refused(
                403, "wrong-origin", "This request did not come from the dashboard's page.", null);
    }

    static Refused linkVoid() {
        return new Refused(
                403,
                "link-void",
                "This link was used, replaced or is older than a day. A new one is printed when"
                        + " the server starts.",
                null);
    }

    static Refused notFound() {
        return new Refused(404, "not-found", "There is nothing at this address.", null);
    }

    static Refused tooMany(Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        return new Refused(
                429,
                "too-many-attempts",
                "Too many attempts. Try again in " + seconds + " s.",
                Duration.ofSeconds(seconds));
    }

    static Refused busy() {
        return new Refused(503, "busy", "The server is busy. Try again.", Duration.ofSeconds(5));
    }

    int status() {
        return status;
    }

    Views.ErrorView view() {
        return new Views.ErrorView(error, String.valueOf(getMessage()));
    }

    @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
