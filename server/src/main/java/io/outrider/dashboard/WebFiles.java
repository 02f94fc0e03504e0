package io.outrider.dashboard;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The page, as the build left it: read once, kept in memory, found by exact name, so that no path
 * of a request ever meets a file system. Immutable.
 */
final class WebFiles {
    private static final String FOLDER = "/web/";
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "mjs", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "json", "application/json",
                    "geojson", "application/geo+json",
                    "svg", "image/svg+xml",
                    "txt", "text/plain; charset=utf-8",
                    "webmanifest", "application/manifest+json");

    private final Map<String, WebFile> byName;

    private static final class WebFile {
        private final String type;
        private final byte[] plain;
        private final Optional<byte[]> gzip;

        WebFile(String type, byte[] plain, Optional<byte[]> gzip) {
            this.type = type;
            this.plain = plain;
            this.gzip = gzip;
        }
    }

    private WebFiles(Map<String, WebFile> byName) {
        this.byName = byName;
    }

    /**
     * @throws IOException where the build did not make the page
     */
    static WebFiles load() throws IOException {
        var byName = new HashMap<String, WebFile>();
        for (String name : names()) {
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            if (type != null) {
                byName.put(name, new WebFile(type, required(name), read(name + ".gz")));
            }
        }
        return new WebFiles(byName);
    }

    /** The page itself, under whichever of its addresses. */
    void sendPage(Context context) throws Refused, IOException {
        send(context, "index.html");
    }

    /** A file with its content's hash in its name: whoever has it may keep it. */
    void sendAsset(Context context) throws Refused, IOException {
        context.header("Cache-Control", "public, max-age=31536000, immutable");
        send(context, "assets/" + context.pathParam("name"));
    }

    private void send(Context context, String name) throws Refused {
        WebFile file = byName.get(name);
        if (file == null) {
            context.header("Cache-Control", "no-store");
            throw Refused.notFound();
        }
        context.contentType(file.type).header("Vary", "Accept-Encoding");
        if (file.gzip.isPresent() && acceptsGzip(context)) {
            context.header("Content-Encoding", "gzip").result(file.gzip.get());
        } else {
            context.result(file.plain);
        }
    }

    private static boolean acceptsGzip(Context context) {
        String accepted = context.header("Accept-Encoding");
        return accepted != null && accepted.contains("gzip");
    }

    /** The build lists the files, since a class path cannot be listed. */
    private static List<String> names() throws IOException {
        return new String(required("files.txt"), StandardCharsets.UTF_8).lines().toList();
    }

    private static byte[] required(String name) throws IOException {
        return read(name)
                .orElseThrow(() ->
                        new IOException(
                                "the page is not in this build ("
                                        + name
                                        + " is missing); build again with 'make build'"));
    }

    private static Optional<byte[]> read(String name) throws IOException {
        try (InputStream in = WebFiles.class.getResourceAsStream(FOLDER + name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        }
    }
}
