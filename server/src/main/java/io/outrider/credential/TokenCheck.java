package io.outrider.credential;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What came of looking at a token. To the peer the last two are one: not authorised. */
public sealed interface TokenCheck {
    /**
     * It is good.
     *
     * @param subject whom it names; whether there is such an identity is not asked here
     * @param until when it stops being good
     * @param scopes what it is narrowed to; empty where it has all rights of its subject
     * @param x5t SHA-256 of the certificate that it is bound to, in base64url; the certificate was
     *     presented
     * @param issuer {@code iss}
     */
    record Accepted(
            String subject,
            Instant until,
            Optional<List<TopicScope>> scopes,
            Optional<String> x5t,
            String issuer)
            implements TokenCheck {}

    /**
     * It is not.
     *
     * @param why for the operator: bounded, printable, without the token
     */
    record Refused(String why) implements TokenCheck {}

    /** Its issuer's keys cannot be had, or are too old: nobody gets in by its tokens meanwhile. */
    record KeysUnavailable(String issuer, String why) implements TokenCheck {}
}
