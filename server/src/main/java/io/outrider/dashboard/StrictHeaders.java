package io.outrider.dashboard;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * The headers of every answer, also of those that no route of ours gives: set before anything else
 * looks at the request.
 */
final class StrictHeaders implements HttpConfiguration.Customizer {
    /**
     * Nothing but what this origin serves. MapLibre draws in a worker of its own, from a file of
     * ours, so that neither blob: nor data: is needed.
     */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; worker-src 'self'; manifest-src 'self';"
                    + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static final Map<String, String> HEADERS = new LinkedHashMap<>();

    static {
        HEADERS.put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        HEADERS.put("X-Content-Type-Options", "nosniff");
        HEADERS.put("X-Frame-Options", "DENY");
        HEADERS.put("Referrer-Policy", "no-referrer");
        HEADERS.put("Cross-Origin-Opener-Policy", "same-origin");
        HEADERS.put("Cross-Origin-Resource-Policy", "same-origin");
        HEADERS.put("Cross-Origin-Embedder-Policy", "require-corp");
        HEADERS.put(
                "Permissions-Policy",
                "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(),"
                        + " usb=(), serial=()");
        HEADERS.put("Cache-Control", "no-store");
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        HEADERS.forEach(responseHeaders::put);
        // A browser would hold every other program that serves on localhost to it as well.
        if (!"localhost".equals(Request.getServerName(request))) {
            responseHeaders.put("Strict-Transport-Security", "max-age=31536000");
        }
        return request;
    }
}
