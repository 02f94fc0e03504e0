package io.outrider.tracker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Properties;

/** When this program was built: it never runs before that day. */
final class Build {
    private Build() {}

    /** In UTC. */
    static LocalDate date() {
        return LocalDate.ofInstant(instant(), ZoneOffset.UTC);
    }

    static Instant instant() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("built without build.properties");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Instant.parse(properties.getProperty("built"));
    }
}
