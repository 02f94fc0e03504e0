package io.outrider.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.function.BiPredicate;
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
        allowLoopback();
        TARGET.feed(new byte[0]);
    }

    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        TARGET.feed(data);
    }

    /**
     * A connection of a target to its server is no finding, one to anywhere else is. Jazzer is not
     * there when the tests are compiled.
     */
    private static void allowLoopback() throws ReflectiveOperationException {
        BiPredicate<String, Integer> allowed = (host, _) -> isLoopback(host);
        Class.forName("com.code_intelligence.jazzer.api.BugDetectors")
                .getMethod("allowNetworkConnections", BiPredicate.class)
                .invoke(null, allowed);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Target target() {
        // A million refusals need no log.
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        String name = System.getProperty("outrider.fuzz.target", "");
        return Objects.requireNonNull(
                Targets.ALL.get(name), () -> "no target '" + name + "': " + Targets.ALL.keySet());
    }
}
