package io.outrider.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Where Jazzer comes in ({@code bin/fuzz}); it finds the methods by their names. The target's name
 * is in the system property {@code outrider.fuzz.target}.
 */
public final class Explorer {
    private static final Target TARGET = target();

    private Explorer() {}

    /** Before the clock of the first input runs: what makes keys and starts servers takes time. */
    public static void fuzzerInitialize() throws Exception {
        TARGET.feed(new byte[0]);
    }

    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        TARGET.feed(data);
    }

    private static Target target() {
        // A million refusals need no log.
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        String name = System.getProperty("outrider.fuzz.target", "");
        return Objects.requireNonNull(
                Targets.ALL.get(name), () -> "no target '" + name + "': " + Targets.ALL.keySet());
    }
}
