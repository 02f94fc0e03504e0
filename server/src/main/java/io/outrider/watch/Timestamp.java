package io.outrider.watch;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** RFC 3339 in UTC with milliseconds, always as long: {@code 2026-11-22T10:15:30.000Z}. */
final class Timestamp {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Timestamp() {}

    static String of(Instant at) {
        return FORM.format(at);
    }
}
