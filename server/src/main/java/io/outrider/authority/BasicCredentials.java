package io.outrider.authority;

import io.outrider.seal.EnrolmentToken;
import io.outrider.topic.TrackerId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What HTTP Basic (RFC 7617) says at enrolment: a tracker's name, and the secret of its token. */
final class BasicCredentials {
    private static final String SCHEME = "basic ";
    private static final int HEADER_CHARS_MAX = 512;

    private final TrackerId tracker;
    private final byte[] secretSha256;

    private BasicCredentials(TrackerId tracker, byte[] secretSha256) {
        this.tracker = tracker;
        this.secretSha256 = secretSha256;
    }

    /** Reads the header; empty where it is missing or is anything else. */
    static Optional<BasicCredentials> parse(@Nullable String header) {
        if (header == null
                || header.length() > HEADER_CHARS_MAX
                || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.empty();
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            String text = new String(decoded, StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            byte[] secret = Base64.getUrlDecoder().decode(text.substring(colon + 1));
            return secret.length == EnrolmentToken.SECRET_BYTES
                    ? TrackerId.parse(text.substring(0, colon))
                            .map(id -> new BasicCredentials(id, Authority.sha256(secret)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not base64
        }
    }

    TrackerId tracker() {
        return tracker;
    }

    byte[] secretSha256() {
        return secretSha256.clone();
    }

    @Override
    public String toString() {
        return "BasicCredentials(" + tracker + ")";
    }
}
