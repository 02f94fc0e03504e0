package io.outrider.credential;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Where the keys of an issuer come from, as a JWK set (RFC 7517 section 5). */
public sealed interface KeySource {
    /** A file, which is read again when it changes. */
    record OfFile(Path file) implements KeySource {}

    /**
     * Fetched again and again.
     *
     * @param url https, without user information
     * @param authorities PEM certificates that alone are believed for this server; empty means the
     *     system's
     */
    record OfUrl(URI url, Optional<Path> authorities) implements KeySource {
        public OfUrl {
            if (!"https".equals(url.getScheme())
                    || url.getHost() == null
                    || url.getUserInfo() != null
                    || url.getFragment() != null) {
                throw new IllegalArgumentException(
                        "a key set's URL is https://HOST/…, without a user or a fragment");
            }
        }
    }

    /** Our own issuer's, asked at each token. */
    record Given(Supplier<KeySet> keys) implements KeySource {}
}
